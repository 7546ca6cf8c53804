import type { OutboxFiles } from '@emotion-fleet/edge-agent/device';
import type {
  ConsumerOptions,
  EventConsumer,
  EventLog,
  PartitionBatch,
} from '@emotion-fleet/event-log';
import type {
  DeviceWindowRow,
  ObservationStore,
  Versioned,
} from '@emotion-fleet/observation-store';
import { withMethods } from '../support/with-methods.ts';

/** The adapters that a device, gateway or processor is given instead of the sound ones; one call for each process. */
export interface Adapters {
  readonly aroundFiles: (files: OutboxFiles) => OutboxFiles;
  readonly aroundLog: (log: EventLog) => EventLog;
  readonly aroundStore: (store: ObservationStore) => ObservationStore;
}

export const sound: Adapters = {
  aroundFiles: (files) => files,
  aroundLog: (log) => log,
  aroundStore: (store) => store,
};

/** Takes half of what the run before had on disk for a torn tail, as a recovery that trusts too little may. */
export function forgetSyncedTail(): Adapters {
  return {
    ...sound,
    aroundFiles: (files) =>
      withMethods(files, {
        open: async () => {
          await files.open();
          const last = (await files.list()).toSorted().findLast((name) => name.endsWith('.seg'));
          if (last !== undefined) await files.truncate(last, (await files.size(last)) >> 1);
        },
      }),
  };
}

/** Resolves an append at once and writes later, as `acks=0` does; a kill loses what it still holds. */
export function ackBeforeDurable(): Adapters {
  const heldAppends = 3;
  return {
    ...sound,
    aroundLog: (log) => {
      const held: (() => Promise<void>)[] = [];
      const writeBeyond = async (limit: number) => {
        while (held.length > limit) await held.shift()!();
      };
      return withMethods(log, {
        append: async (...given) => {
          held.push(() => log.append(...given));
          await writeBeyond(heldAppends);
        },
        stop: () => writeBeyond(0),
      });
    },
  };
}

/** Lets the offset be committed before the batch is applied, as `autoCommit` may; a kill loses what is not yet applied. */
export function commitBeforeWrite(): Adapters {
  return {
    ...sound,
    aroundLog: (log) =>
      withMethods(log, { createConsumer: (options) => lateConsumer(log, options) }),
  };
}

function lateConsumer(log: EventLog, options: ConsumerOptions): EventConsumer {
  const heldBatches = 2;
  const held: PartitionBatch[] = [];
  const applyBeyond = async (limit: number) => {
    while (held.length > limit) await options.onBatch(held.shift()!);
  };
  const consumer = log.createConsumer({
    ...options,
    onBatch: async (batch) => {
      held.push(batch);
      await applyBeyond(heldBatches);
    },
  });
  return {
    start: () => consumer.start(),
    lag: () => consumer.lag(),
    stop: async () => {
      await consumer.stop();
      await applyBeyond(0).catch(() => undefined);
    },
  };
}

/** Versions are the order in which writes arrive, as if by the clock of whoever writes: the last writer wins. */
export function noFencing(): Adapters {
  let arrivals = 0;
  const stamped = <Row extends Versioned>(put: (rows: readonly Row[]) => Promise<void>) => {
    return async (rows: readonly Row[]) => {
      arrivals += 1;
      await put(rows.map((row) => ({ ...row, version: arrivals })));
    };
  };
  return {
    ...sound,
    aroundStore: (store) =>
      withMethods(store, {
        putMinutes: stamped((rows) => store.putMinutes(rows)),
        putHours: stamped((rows) => store.putHours(rows)),
        putDays: stamped((rows) => store.putDays(rows)),
        putScopeHours: stamped((rows) => store.putScopeHours(rows)),
        putScopeDays: stamped((rows) => store.putScopeDays(rows)),
        putGrids: stamped((rows) => store.putGrids(rows)),
      }),
  };
}

/** Minutes are counters: each process adds what has grown since it wrote last, and a new one adds all that it finds. */
export function counters(): Adapters {
  return {
    ...sound,
    aroundStore: (store) => {
      const written = new Map<string, DeviceWindowRow>();
      return withMethods(store, {
        putMinutes: async (rows) => {
          for (const row of rows) {
            const key = `${row.deviceId}/${row.windowStart}`;
            const range = { from: row.windowStart, to: row.windowStart + 1 };
            const [present] = await store.readMinutes(row.deviceId, range);
            const before = written.get(key);
            const grown =
              before === undefined ? row.values : combine(row.values, before.values, -1);
            const values = present === undefined ? grown : combine(present.values, grown, 1);
            written.set(key, row);
            await store.putMinutes([{ ...row, values }]);
          }
        },
      });
    },
  };
}

/** Adds `sign` times the numbers of `b` to those of `a`, however deep they lie. */
function combine<Value>(a: Value, b: Value, sign: 1 | -1): Value {
  if (typeof a === 'number') return (a + sign * Number(b)) as Value;
  const other = b as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(a as Record<string, unknown>).map(([name, value]) => [
      name,
      combine(value, other[name], sign),
    ]),
  ) as Value;
}
