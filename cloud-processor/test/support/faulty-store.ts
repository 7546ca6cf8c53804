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
  return { store: withMethods(store, 'put', put), writes: () => writes };
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
  return { store: withMethods(store, 'put', put), resume: () => paused.resolve(undefined) };
}

/** Counts how often each of a store's `read` methods is called. */
export function countingReads(store: ObservationStore): {
  store: ObservationStore;
  reads: Map<string, number>;
} {
  const reads = new Map<string, number>();
  const read =
    (name: string, method: Method) =>
    (...given: unknown[]) => {
      reads.set(name, (reads.get(name) ?? 0) + 1);
      return method(...given);
    };
  return { store: withMethods(store, 'read', read), reads };
}

type Method = (...given: unknown[]) => Promise<void>;

/** The store with others in place of the methods whose names begin so. */
function withMethods(
  store: ObservationStore,
  begin: 'put' | 'read',
  around: (name: string, method: Method) => Method,
): ObservationStore {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as Method;
      return String(name).startsWith(begin) ? around(String(name), method) : method;
    },
  });
}
