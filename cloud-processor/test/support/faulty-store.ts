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
  const faulty = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (rows: unknown) => Promise<void>;
      return String(name).startsWith('put') ? put(String(name), method) : method;
    },
  });
  return { store: faulty, writes: () => writes };
}
