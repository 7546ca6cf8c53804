import {
  summarizeLedger,
  type DeviceStatusRow,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import type { Stay } from './fleet-map.ts';
import { mapLimited } from './map-limited.ts';

/** Records that are missing, by what is known of them. */
export interface MissingCounts {
  readonly pending: number;
  readonly stranded: number;
  readonly unexplained: number;
}

/** Adds up what the ledger says of some stays. */
export async function readMissing(options: {
  readonly store: ObservationStore;
  readonly stays: readonly Stay[];
  readonly now: number;
}): Promise<MissingCounts> {
  const { store, stays, now } = options;
  const statuses = new Map(
    (await store.readDeviceStatuses()).map((status) => [status.deviceId, status]),
  );
  const counts = await mapLimited(stays, (stay) =>
    readStay({ store, stay, now, status: statuses.get(stay.deviceId) }),
  );
  const total = { pending: 0, stranded: 0, unexplained: 0 };
  for (const { pending, stranded, unexplained } of counts) {
    total.pending += pending;
    total.stranded += stranded;
    total.unexplained += unexplained;
  }
  return total;
}

async function readStay(options: {
  readonly store: ObservationStore;
  readonly stay: Stay;
  readonly now: number;
  readonly status: DeviceStatusRow | undefined;
}): Promise<MissingCounts> {
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
