import type { DeviceRecord } from '@emotion-fleet/contracts';
import type { RecordRow } from './rows.ts';

/** The record's place in time, epoch ms: the window in which it counts and the order in which it is read. */
export function recordTime(record: DeviceRecord): number {
  return record.kind === 'visit' || record.kind === 'presence'
    ? record.startedAt
    : record.observedAt;
}

/** The order of `readRecords`: time, runId, seq. */
export function compareRecordRows(a: RecordRow, b: RecordRow): number {
  return (
    recordTime(a.record) - recordTime(b.record) ||
    compareText(a.record.runId, b.record.runId) ||
    a.record.seq - b.record.seq
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
