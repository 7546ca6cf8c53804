import { decodeLogged, type LoggedRecord, type RecordBatch } from '@emotion-fleet/contracts';
import { goldenRecords, readGolden } from '@emotion-fleet/contracts/golden';
import type { StoredLogEntry } from '@emotion-fleet/event-log';

export { channels, mqttTopic } from '@emotion-fleet/contracts';

/** After every `observedAt` of the golden messages. */
export const goldenNow = Math.max(...goldenRecords().map((record) => record.observedAt)) + 1_000;

export function goldenBatch(): RecordBatch {
  return readGolden('batch') as RecordBatch;
}

/** The records of a topic as `seq:kind`, in order. */
export function recordsIn(entries: readonly StoredLogEntry[]): string[] {
  return decodeAll(entries).map(({ record }) => `${record.seq}:${record.kind}`);
}

export function decodeAll(entries: readonly StoredLogEntry[]): LoggedRecord[] {
  return entries.map(({ value }) => {
    const decoded = decodeLogged(value!);
    if (!decoded.ok) throw new Error(decoded.detail);
    return decoded.value;
  });
}
