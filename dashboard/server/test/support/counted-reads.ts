import type { ObservationStore } from '@emotion-fleet/observation-store';

export interface CountedReads {
  readonly store: ObservationStore;
  /** How often each `read...` was called since the last `take`. */
  take(): Readonly<Record<string, number>>;
}

/** The same store, which counts what is read of it. */
export function countReads(target: ObservationStore): CountedReads {
  let counts: Record<string, number> = {};
  const store = new Proxy(target, {
    get: (_, property) => {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        const name = String(property);
        if (name.startsWith('read')) counts[name] = (counts[name] ?? 0) + 1;
        return Reflect.apply(member, target, given);
      };
    },
  });
  return {
    store,
    take: () => {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
}
