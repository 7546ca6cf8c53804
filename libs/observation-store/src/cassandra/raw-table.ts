import type { types } from 'cassandra-driver';
import type { DeviceRecord, RecordKind } from '@emotion-fleet/contracts';
import { recordTime } from '../record-time.ts';
import type { RecordRow } from '../rows.ts';
import { dayBucket, hourBucket, type Bucket } from './buckets.ts';
import type { Statement } from './statement.ts';

interface RawTable {
  readonly name: string;
  readonly bucket: Bucket;
  readonly bucketColumn: string;
  readonly timeColumn: string;
}

const byDay = { bucket: dayBucket, bucketColumn: 'day' };

export const rawTables: Readonly<Record<RecordKind, RawTable>> = {
  sample: {
    ...{ name: 'samples_by_device', bucket: hourBucket, bucketColumn: 'hour' },
    timeColumn: 'observed_at',
  },
  visit: { ...byDay, name: 'visits_by_device', timeColumn: 'started_at' },
  presence: { ...byDay, name: 'presence_by_device', timeColumn: 'started_at' },
  gap: { ...byDay, name: 'gaps_by_device', timeColumn: 'observed_at' },
};
// `Object.keys` forgets the key's type.
export const rawKinds = Object.keys(rawTables) as readonly RecordKind[];

export interface RawStatements {
  readonly insert: string;
  readonly select: string;
  readonly scan: string;
  readonly remove: string;
}

export function rawStatements(keyspace: string, kind: RecordKind): RawStatements {
  const { name, bucketColumn, timeColumn } = rawTables[kind];
  const table = `${keyspace}.${name}`;
  return {
    insert: `INSERT INTO ${table}
      (device_id, ${bucketColumn}, ${timeColumn}, run_id, seq, received_at, record)
      VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?`,
    select: `SELECT device_id, received_at, record FROM ${table}
      WHERE device_id = ? AND ${bucketColumn} = ? AND ${timeColumn} >= ? AND ${timeColumn} < ? LIMIT ?`,
    scan: `SELECT device_id, received_at, record FROM ${table}`,
    remove: `DELETE FROM ${table} USING TIMESTAMP ?
      WHERE device_id = ? AND ${bucketColumn} = ? AND ${timeColumn} >= ? AND ${timeColumn} < ?`,
  };
}

/**
 * Which delivery of a record is kept, in microseconds: falls by one for each ms that the record took to arrive, so
 * that the first delivery wins whenever it is written. It stays near the record's own time (ten minutes for a week
 * in an outbox), since time-window compaction files rows by it: were it simply to fall with `receivedAt`, the window
 * being written would always look like the oldest, and be compacted whole with every flush.
 */
export function rawTimestamp(record: DeviceRecord, receivedAt: number): number {
  return record.observedAt * 1_000 - (receivedAt - record.observedAt);
}

/** @param ttlSeconds what is left of the row's life */
export function insertRaw(insert: string, row: RecordRow, ttlSeconds: number): Statement {
  const { deviceId, receivedAt, record } = row;
  const time = recordTime(record);
  const bucket = rawTables[record.kind].bucket.of(time);
  const json = JSON.stringify(record);
  const timestamp = rawTimestamp(record, receivedAt);
  const params = [deviceId, bucket, time, record.runId, record.seq, receivedAt, json];
  return { query: insert, params: [...params, timestamp, ttlSeconds] };
}

/** What is read was written by this code, so that the types are asserted here. */
export function toRecord(row: types.Row): RecordRow {
  return {
    deviceId: row['device_id'] as string,
    receivedAt: (row['received_at'] as Date).getTime(),
    record: JSON.parse(row['record'] as string) as DeviceRecord,
  };
}
