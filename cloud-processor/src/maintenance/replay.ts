import { logTopics, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import type { EventLog, PartitionBatch } from '@emotion-fleet/event-log';
import {
  floorToHour,
  type DeviceRegistry,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { systemClock, type Clock } from '../clock.ts';
import { decodeBatch } from '../decode-batch.ts';
import { defaultCacheLimits, RecordHandler } from '../record-handler.ts';
import { SiteDirectory } from '../scopes/site-directory.ts';
import type { Progress } from './progress.ts';
import { withReservation } from './reservation.ts';

export interface MaintenanceOptions {
  readonly eventLog: EventLog;
  readonly store: ObservationStore;
  readonly registry: Pick<DeviceRegistry, 'listAssignments'>;
  readonly clock?: Clock;
  readonly sealAfterMs?: number;
  readonly maxBatchEntries?: number;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface ReplayOptions extends MaintenanceOptions {
  /** Epoch ms: what the gateway received before it is passed over. */
  readonly since?: number;
}

export interface ReplayReport {
  readonly entries: number;
  readonly stored: number;
  readonly duplicates: number;
  readonly erased: number;
  readonly bad: number;
}

/** The first hour that is not sealed: its raw rows are all still there. */
export function firstOpenHour({ clock = systemClock, sealAfterMs }: MaintenanceOptions): number {
  return floorToHour(clock.now() - (sealAfterMs ?? outboxMaxAgeMs));
}

/**
 * Reads the log once more through the record handler, in a new epoch. Raw rows that the store has lost come back,
 * with what is left of their time; nothing doubles; windows and ledger are written again where a record of the log
 * belongs to them, but sealed windows stay.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { store, registry, clock = systemClock, since = -Infinity, sealAfterMs } = options;
  const report = { entries: 0, stored: 0, duplicates: 0, erased: 0, bad: 0 };
  await withReservation(options, async (checkpoint) => {
    await store.beginEpoch();
    const handler = new RecordHandler({
      store,
      sites: new SiteDirectory({ registry, clock, maxAgeMs: 5_000 }),
      sealAfterMs: sealAfterMs ?? outboxMaxAgeMs,
      limits: defaultCacheLimits,
      hasReservation: true,
      windowsFrom: firstOpenHour(options),
    });
    await options.eventLog.readThrough({
      topic: logTopics.faceEmotions,
      ...(options.maxBatchEntries !== undefined && { maxBatchEntries: options.maxBatchEntries }),
      onBatch: async (batch) => {
        checkpoint();
        const entries = receivedSince(batch, since);
        if (entries.length === 0) return;
        const { ledger, erased, bad } = await handler.apply({ ...batch, entries });
        report.entries += entries.length;
        report.stored += ledger.stored;
        report.duplicates += ledger.duplicates;
        report.erased += erased;
        report.bad += bad.length;
      },
      onProgress: (passed, total) => options.progress?.('log', total === 0 ? 1 : passed / total),
    });
  });
  return report;
}

function receivedSince({ entries }: PartitionBatch, since: number): PartitionBatch['entries'] {
  if (since === -Infinity) return entries;
  return entries.filter((entry) => {
    const [logged] = decodeBatch([entry]).logged;
    return logged !== undefined && logged.receivedAt >= since;
  });
}
