import { logPartitions, logTopics } from '@emotion-fleet/contracts';
import { partitionOf } from '@emotion-fleet/event-log';
import { floorToDay, hourMs } from '@emotion-fleet/observation-store';
import { systemClock } from '../clock.ts';
import { decodeBatch, logTimeOf } from '../decode-batch.ts';
import { LedgerTracker } from '../ledger/ledger-tracker.ts';
import { allDone, defaultCacheLimits } from '../record-handler.ts';
import { SiteHistory } from '../scopes/site-history.ts';
import { DeviceRebuild } from './device-rebuild.ts';
import { firstOpenHour, type MaintenanceOptions } from './replay.ts';
import { withReservation } from './reservation.ts';
import { ScopeRebuild } from './scope-rebuild.ts';

export interface RebuildReport {
  readonly devices: number;
  readonly from: string;
  readonly to: string;
  /** Entries of the log that the ledger was told again. */
  readonly logEntries: number;
}

/**
 * Computes every window that is not sealed from raw rows, and enters into the ledger what raw rows and the log tell,
 * in a new epoch, so that it replaces whatever is there.
 *
 * INVARIANTS
 * - Whatever it reads was written before it began its epoch, or is written again later, by a processor that has
 *   seen the epoch (`RecordHandler`).
 * - Its windows have the epoch's lowest version: a processor that goes on afterwards writes above it. So it may be
 *   stopped anywhere; what it has done is right, and the next one does it again.
 * - The ledger only learns: the log may have forgotten what it knows.
 */
export async function rebuild(options: MaintenanceOptions): Promise<RebuildReport> {
  const { store, registry, clock = systemClock, progress } = options;
  const from = firstOpenHour(options);
  const to = floorToDay(clock.now()) + 48 * hourMs;
  return withReservation(options, async (checkpoint) => {
    const version = await store.beginEpoch();
    const assignments = await registry.listAssignments();
    const devices = [...new Set(assignments.map(({ deviceId }) => deviceId))].sort();
    const ledger = new LedgerTracker({ store, limits: defaultCacheLimits });
    for (const [index, deviceId] of devices.entries()) {
      const rebuilt = new DeviceRebuild({ ...options, deviceId, version, ledger });
      await rebuilt.run({ from, to }, checkpoint);
      progress?.('windows of devices', (index + 1) / devices.length);
    }
    const scopes = new ScopeRebuild({ store, sites: new SiteHistory(assignments), version });
    const partitions = new Set(devices.map((deviceId) => partitionOf(deviceId, logPartitions)));
    await scopes.run({
      ...{ range: { from, to }, partitions: [...partitions], checkpoint },
      onProgress: (share) => progress?.('sums of sites and fleet', share),
    });
    const logEntries = await rebuildLedger(options, { epoch: version, checkpoint });
    const iso = (time: number) => new Date(time).toISOString();
    return { devices: devices.length, from: iso(from), to: iso(to), logEntries };
  });
}

async function rebuildLedger(
  options: MaintenanceOptions,
  { epoch, checkpoint }: { epoch: number; checkpoint: () => void },
): Promise<number> {
  const { eventLog, store, progress } = options;
  const ledger = new LedgerTracker({ store, limits: defaultCacheLimits });
  let logEntries = 0;
  await eventLog.readThrough({
    topic: logTopics.faceEmotions,
    ...(options.maxBatchEntries !== undefined && { maxBatchEntries: options.maxBatchEntries }),
    onBatch: async ({ entries }) => {
      checkpoint();
      const { erasures } = await store.refresh();
      const logged = erasures.keepLedger(decodeBatch(entries).logged);
      const version = epoch + entries.at(-1)!.offset;
      const { blocks, runs } = await ledger.apply(logged, { version, logTime: logTimeOf(logged) });
      await allDone([store.putLedgerBlocks(blocks), store.putLedgerRuns(runs)]);
      logEntries += entries.length;
    },
    onProgress: (passed, total) => progress?.('ledger', total === 0 ? 1 : passed / total),
  });
  progress?.('ledger', 1);
  return logEntries;
}
