import {
  decodeLogged,
  logTopics,
  type DeviceRecord,
  type LoggedRecord,
} from '@emotion-fleet/contracts';
import { compareRollups, type RollupDifference } from '@emotion-fleet/cloud-processor';
import type { EventLog } from '@emotion-fleet/event-log';
import {
  summarizeLedger,
  type DeviceRegistry,
  type LedgerSummary,
  type ObservationStore,
  type RecordRow,
} from '@emotion-fleet/observation-store';

export interface AuditOptions {
  readonly eventLog: EventLog;
  readonly store: ObservationStore;
  readonly registry: Pick<DeviceRegistry, 'listAssignments' | 'listDevices'>;
  /** Sees every raw row, for questions beyond these. */
  readonly onStored?: (row: RecordRow) => void;
}

export interface Audit {
  /** Distinct records in the log, and raw rows in the store. */
  readonly logged: number;
  readonly stored: number;
  /** In the log and not in the store, and the other way round. */
  readonly missing: readonly string[];
  readonly unknown: readonly string[];
  /** Identities with more than one raw row, or one observation under two identities. */
  readonly doubled: readonly string[];
  /** Rows whose bytes aren't those of the log. */
  readonly changed: readonly string[];
  readonly ledger: LedgerSummary;
  readonly rollupDifferences: readonly RollupDifference[];
}

/** Reads the whole log and the whole store, and says where they don't agree. */
export async function audit(options: AuditOptions): Promise<Audit> {
  const { store } = options;
  const inLog = await readLog(options.eventLog);
  const inStore = new Map<string, RecordRow>();
  const doubled: string[] = [];
  const observations = new Map<string, string>();
  let stored = 0;
  for await (const row of store.scanRecords()) {
    stored += 1;
    options.onStored?.(row);
    const identity = identityOf(row);
    if (inStore.has(identity)) doubled.push(identity);
    inStore.set(identity, row);
    const observation = observationOf(row);
    if (observation === undefined) continue;
    const other = observations.get(observation);
    if (other !== undefined && other !== identity) doubled.push(`${identity} = ${other}`);
    observations.set(observation, identity);
  }
  const missing = [...inLog.keys()].filter((identity) => !inStore.has(identity));
  const unknown = [...inStore.keys()].filter((identity) => !inLog.has(identity));
  const changed = [...inStore]
    .filter(
      ([identity, { record }]) => inLog.has(identity) && inLog.get(identity) !== canonical(record),
    )
    .map(([identity]) => identity);
  return {
    ...{ logged: inLog.size, stored, missing, unknown, doubled, changed },
    ledger: await readLedger(options),
    rollupDifferences: await compareRollups(options),
  };
}

async function readLog(eventLog: EventLog): Promise<Map<string, string>> {
  const records = new Map<string, string>();
  const consumer = eventLog.createConsumer({
    groupId: 'audit',
    topics: [logTopics.faceEmotions],
    from: 'start',
    onBatch: async ({ entries }) => {
      for (const { value } of entries) {
        const logged = value === null ? undefined : decodeLogged(value);
        if (logged?.ok !== true || logged.value.record.kind === 'rejected') continue;
        records.set(
          identityOf(logged.value as LoggedRecord<DeviceRecord>),
          canonical(logged.value.record),
        );
      }
    },
  });
  await consumer.start();
  while ((await consumer.lag()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await consumer.stop();
  return records;
}

async function readLedger({ store, registry }: AuditOptions): Promise<LedgerSummary> {
  const total = { stored: 0, declared: 0, rejected: 0, pending: 0, stranded: 0, unexplained: 0 };
  const now = Date.now();
  for (const { deviceId } of await registry.listDevices()) {
    const [blocks, runs] = [
      await store.readLedgerBlocks(deviceId),
      await store.readLedgerRuns(deviceId),
    ];
    const summary = summarizeLedger({ blocks, runs, now, lastHeardAt: now });
    for (const key of Object.keys(total) as (keyof LedgerSummary)[]) total[key] += summary[key];
  }
  return total;
}

function identityOf({ deviceId, record }: LoggedRecord<DeviceRecord>): string {
  return `${deviceId}/${record.runId}/${record.seq}`;
}

/** What a person would call the same look at the same face: a second identity for it is a double count. */
function observationOf({ deviceId, record }: RecordRow): string | undefined {
  switch (record.kind) {
    case 'sample':
      return `${deviceId} ${record.trackId} sample ${record.sampleIndex}`;
    case 'visit':
      return `${deviceId} ${record.trackId} visit`;
    default:
      return undefined;
  }
}

function canonical(record: object): string {
  return JSON.stringify(record, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
