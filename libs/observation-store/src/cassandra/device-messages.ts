import type { HealthMessage, StatusMessage } from '@emotion-fleet/contracts';
import type { TimeRange } from '../observation-store.ts';
import type { DeviceStatusRow, HealthRow } from '../rows.ts';
import { dayMs } from '../windows/time.ts';
import { bucketsOf, clip, dayBucket } from './buckets.ts';
import type { CassandraConnection } from './connection.ts';
import type { Statement } from './statement.ts';
import { partitionName, type PartitionWrite } from './partition-groups.ts';

export interface DeviceMessagesOptions {
  readonly connection: CassandraConnection;
  readonly keyspace: string;
  readonly healthRetentionMs: number;
  readonly now: () => number;
}

/** What devices say of themselves: connected or not, and how they do. */
export class DeviceMessages {
  readonly #options: DeviceMessagesOptions;

  constructor(options: DeviceMessagesOptions) {
    this.#options = options;
  }

  /**
   * The order of statuses (`connectSeq`, then `receivedAt`) is the order of the rows, and a read takes the first. So
   * it doesn't matter who writes when: no condition with its four round trips (10,000 devices come back at once after
   * a gateway's restart), and no timestamp that would have to hold both numbers in 63 bits. Each write also deletes
   * what it replaces; an old connection's will that arrives later stays below, unseen, until the next one.
   */
  async putStatus({ deviceId, receivedAt, message }: DeviceStatusRow): Promise<void> {
    const table = `${this.#options.keyspace}.device_status`;
    const { connectSeq } = message;
    const insert = `INSERT INTO ${table} (device_id, connect_seq, received_at, message)
      VALUES (?, ?, ?, ?)`;
    const removeReplaced = `DELETE FROM ${table} WHERE device_id = ? AND connect_seq < ?`;
    await this.#options.connection.write([
      [
        { query: insert, params: [deviceId, connectSeq, receivedAt, JSON.stringify(message)] },
        { query: removeReplaced, params: [deviceId, connectSeq] },
      ],
    ]);
  }

  async readStatuses(): Promise<DeviceStatusRow[]> {
    const query = `SELECT device_id, received_at, message FROM ${this.#options.keyspace}.device_status
      PER PARTITION LIMIT 1`;
    const statuses: DeviceStatusRow[] = [];
    for await (const page of this.#options.connection.scan(query)) {
      for (const row of page) {
        statuses.push({
          deviceId: row['device_id'] as string,
          receivedAt: (row['received_at'] as Date).getTime(),
          message: JSON.parse(row['message'] as string) as StatusMessage,
        });
      }
    }
    return statuses.sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  }

  async putHealth(rows: readonly HealthRow[]): Promise<void> {
    const { connection, keyspace, healthRetentionMs, now } = this.#options;
    const query = `INSERT INTO ${keyspace}.health_by_device (device_id, day, received_at, message)
      VALUES (?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?`;
    const writes: PartitionWrite[] = [];
    for (const { deviceId, receivedAt, message } of rows) {
      const ttl = Math.ceil((receivedAt + healthRetentionMs - now()) / 1_000);
      if (ttl <= 0) continue;
      const day = dayBucket.of(receivedAt);
      const json = JSON.stringify(message);
      const params = [deviceId, day, receivedAt, json, receivedAt * 1_000, ttl];
      const partition = partitionName(['device_id', 'day'], [deviceId, day]);
      writes.push({ partition, statement: { query, params }, bytes: json.length });
    }
    await connection.put(writes);
  }

  /** Deletes the status, whoever wrote it when. */
  statusDeletes(deviceId: string, timestamp: number): Statement[] {
    const { keyspace } = this.#options;
    const query = `DELETE FROM ${keyspace}.device_status USING TIMESTAMP ? WHERE device_id = ?`;
    return [{ query, params: [timestamp, deviceId] }];
  }

  healthDeletes(deviceId: string, range: TimeRange, timestamp: number): Statement[] {
    const { keyspace } = this.#options;
    const query = `DELETE FROM ${keyspace}.health_by_device USING TIMESTAMP ?
      WHERE device_id = ? AND day = ? AND received_at >= ? AND received_at < ?`;
    const kept = this.#kept(range);
    return bucketsOf(dayBucket, kept).map((day) => ({
      query,
      params: [timestamp, deviceId, day, kept.from, kept.to],
    }));
  }

  async readHealth(deviceId: string, range: TimeRange): Promise<HealthRow[]> {
    const { connection, keyspace } = this.#options;
    const query = `SELECT received_at, message FROM ${keyspace}.health_by_device
      WHERE device_id = ? AND day = ? AND received_at >= ? AND received_at < ?`;
    const kept = this.#kept(range);
    const rows = await connection.read(
      bucketsOf(dayBucket, kept).map((day) => ({
        query,
        params: [deviceId, day, kept.from, kept.to],
      })),
    );
    return rows.map((row) => ({
      deviceId,
      receivedAt: (row['received_at'] as Date).getTime(),
      message: JSON.parse(row['message'] as string) as HealthMessage,
    }));
  }

  #kept(range: TimeRange): TimeRange {
    const { healthRetentionMs, now } = this.#options;
    return clip(range, { from: now() - healthRetentionMs, to: now() + dayMs });
  }
}
