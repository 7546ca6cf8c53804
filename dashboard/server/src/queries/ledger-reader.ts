import {
  summarizeLedger,
  type DeviceStatusRow,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import type { Stay } from './fleet-map.ts';
import { mapLimited } from './map-limited.ts';

/** Records that did not come, by what is known of them. */
export interface LedgerCounts {
  readonly declared: number;
  readonly rejected: number;
  readonly pending: number;
  readonly stranded: number;
  readonly unexplained: number;
}

/** Adds up what the ledger says of some stays. */
export async function readLedger(options: {
  readonly store: ObservationStore;
  readonly stays: readonly Stay[];
  readonly now: number;
}): Promise<LedgerCounts> {
  const { store, stays, now } = options;
  const statuses = new Map(
    (await store.readDeviceStatuses()).map((status) => [status.deviceId, status]),
  );
  const counts = await mapLimited(stays, (stay) =>
    readStay({ store, stay, now, status: statuses.get(stay.deviceId) }),
  );
  const total = (count: keyof LedgerCounts): number =>
    counts.reduce((sum, each) => sum + each[count], 0);
  return {
    declared: total('declared'),
    rejected: total('rejected'),
    pending: total('pending'),
    stranded: total('stranded'),
    unexplained: total('unexplained'),
  };
}

async function readStay(options: {
  readonly store: ObservationStore;
  readonly stay: Stay;
  readonly now: number;
  readonly status: DeviceStatusRow | undefined;
}): Promise<LedgerCounts> {
  const { store, stay, now, status } = options;
  const { deviceId } = stay;
  const runs = await store.readLedgerRuns(deviceId);
  // Runs outside the stay count for nothing in it; their bitmaps stay unread.
  const touched = runs.filter((run) => run.firstAt < stay.to && run.lastAt >= stay.from);
  const blocks = await mapLimited(touched, ({ runId }) => store.readLedgerBlocks(deviceId, runId));
  const heard = [...runs.map(({ lastAt }) => lastAt), status?.receivedAt ?? -Infinity];
  return summarizeLedger({
    blocks: blocks.flat(),
    runs,
    now,
    lastHeardAt: Math.max(...heard),
    range: stay,
  });
}
