import {
  decodeReceived,
  messageValidators,
  type HealthMessage,
  type Received,
  type StatusMessage,
} from '@emotion-fleet/contracts';
import type { PartitionBatch, StoredLogEntry } from '@emotion-fleet/event-log';
import type {
  DeviceStatusRow,
  HealthRow,
  ObservationStore,
} from '@emotion-fleet/observation-store';

/** Entries of a batch that were stored (or superseded within it), and those that could not be read. */
export interface AppliedMessages {
  readonly applied: number;
  readonly bad: number;
}

/** Applies `device-status`: of several of one device in a batch, only the latest is written. */
export async function applyStatuses(
  store: Pick<ObservationStore, 'putDeviceStatus'>,
  batch: PartitionBatch,
): Promise<AppliedMessages> {
  const rows = readRows(batch.entries, isStatus);
  const latest = new Map<string, DeviceStatusRow>();
  for (const row of rows) {
    const present = latest.get(row.deviceId);
    if (present === undefined || isNewer(row, present)) latest.set(row.deviceId, row);
  }
  for (const row of latest.values()) await store.putDeviceStatus(row);
  return { applied: rows.length, bad: batch.entries.filter(hasValue).length - rows.length };
}

/** Applies `device-health`. */
export async function applyHealth(
  store: Pick<ObservationStore, 'putHealth'>,
  batch: PartitionBatch,
): Promise<AppliedMessages> {
  const rows: HealthRow[] = readRows(batch.entries, isHealth);
  if (rows.length > 0) await store.putHealth(rows);
  return { applied: rows.length, bad: batch.entries.filter(hasValue).length - rows.length };
}

function isNewer(a: DeviceStatusRow, b: DeviceStatusRow): boolean {
  const newer = a.message.connectSeq - b.message.connectSeq || a.receivedAt - b.receivedAt;
  return newer >= 0;
}

const isStatus = (value: unknown): value is StatusMessage => messageValidators.status.Check(value);
const isHealth = (value: unknown): value is HealthMessage => messageValidators.health.Check(value);

/** A tombstone says that a device was erased; the store has been told already. */
const hasValue = ({ value }: StoredLogEntry): boolean => value !== null;

function readRows<Message>(
  entries: readonly StoredLogEntry[],
  isMessage: (value: unknown) => value is Message,
): Received<Message>[] {
  return entries.flatMap(({ key, value }) => {
    const received = value === null ? undefined : decodeReceived(key, value);
    if (received === undefined) return [];
    const { deviceId, receivedAt, message } = received;
    return isMessage(message) ? [{ deviceId, receivedAt, message }] : [];
  });
}
