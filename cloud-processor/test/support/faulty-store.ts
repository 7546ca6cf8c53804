import type { ObservationStore } from '@emotion-fleet/observation-store';

/** Where a write breaks off: before it, after half of its rows, or after all of them but before its answer. */
export const faultPoints = ['before', 'half', 'after'] as const;
export type FaultPoint = (typeof faultPoints)[number];

export class WriteFault extends Error {}

/** Stands before a store; `choose` says for each write, counted from 0, whether and where it breaks off. */
export function faultyStore(
  store: ObservationStore,
  choose: (write: number) => FaultPoint | undefined,
): { store: ObservationStore; writes: () => number } {
  let writes = 0;
  const put = (name: string, method: (rows: unknown) => Promise<void>) => async (rows: unknown) => {
    const point = choose(writes++);
    if (point === 'before') throw new WriteFault(name);
    const half = Array.isArray(rows) ? rows.slice(0, Math.ceil(rows.length / 2)) : rows;
    await method(point === 'half' ? half : rows);
    if (point !== undefined) throw new WriteFault(name);
  };
  return { store: withWrites(store, put), writes: () => writes };
}

/** Stands before a store and holds one write, counted from 0, and all after it until `resume`. */
export function pausingStore(
  store: ObservationStore,
  pauseAt: number,
): { store: ObservationStore; resume: () => void } {
  const paused = Promise.withResolvers<undefined>();
  let writes = 0;
  const put =
    (_name: string, method: (rows: unknown) => Promise<void>) => async (rows: unknown) => {
      if (writes++ >= pauseAt) await paused.promise;
      await method(rows);
    };
  return { store: withWrites(store, put), resume: () => paused.resolve(undefined) };
}

type Write = (rows: unknown) => Promise<void>;

function withWrites(
  store: ObservationStore,
  put: (name: string, method: Write) => Write,
): ObservationStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as Write;
      return String(name).startsWith('put') ? put(String(name), method) : method;
    },
  });
}
