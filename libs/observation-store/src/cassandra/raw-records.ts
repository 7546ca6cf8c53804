import { outboxMaxAgeMs, type RecordKind } from '@emotion-fleet/contracts';
import type { RecordQuery, TimeRange } from '../observation-store.ts';
import { compareRecordRows } from '../record-time.ts';
import type { RecordRow } from '../rows.ts';
import { dayMs, floorToDay } from '../windows/time.ts';
import { bucketsOf, clip } from './buckets.ts';
import type { CassandraConnection } from './connection.ts';
import type { Statement } from './statement.ts';
import { partitionName, type PartitionWrite } from './partition-groups.ts';
import {
  insertRaw,
  rawKinds,
  rawStatements,
  rawTables,
  toRecord,
  type RawStatements,
} from './raw-table.ts';

export interface RawRecordsOptions {
  readonly connection: CassandraConnection;
  readonly keyspace: string;
  readonly rawRetentionMs: number;
  readonly now: () => number;
}

/** Beside its JSON, what a row takes in a batch, roughly. */
const rowBytes = 150;
const noLimit = 2 ** 31 - 1;

/** Raw rows of all four kinds. */
export class RawRecords {
  readonly #options: RawRecordsOptions;
  readonly #statements: Readonly<Record<RecordKind, RawStatements>>;

  constructor(options: RawRecordsOptions) {
    this.#options = options;
    const of = (kind: RecordKind): RawStatements => rawStatements(options.keyspace, kind);
    this.#statements = {
      ...{ sample: of('sample'), visit: of('visit') },
      ...{ presence: of('presence'), gap: of('gap') },
    };
  }

  /**
   * A row lives for what is left since its first `receivedAt`: a replay sets the same moment again, and what had its
   * time is not written.
   */
  async put(rows: readonly RecordRow[]): Promise<void> {
    const { connection, rawRetentionMs, now } = this.#options;
    const nowSeconds = Math.floor(now() / 1_000);
    const oldest = this.#oldestReceivedAt();
    const writes: PartitionWrite[] = [];
    for (const row of rows) {
      if (row.receivedAt <= oldest) continue;
      const { kind } = row.record;
      const ends = Math.ceil((row.receivedAt + rawRetentionMs) / 1_000);
      const statement = insertRaw(this.#statements[kind].insert, row, ends - nowSeconds);
      const [deviceId, bucket, , , , , json] = statement.params as [string, number, ...string[]];
      const columns = ['device_id', rawTables[kind].bucketColumn];
      const partition = partitionName(columns, [deviceId, bucket]);
      writes.push({ partition, statement, bytes: (json?.length ?? 0) + rowBytes });
    }
    await connection.put(writes);
  }

  /**
   * In order of time, run and seq. A range reaches no further back than a record may be that is still kept (its time
   * in the outbox and here, and a day): older times came from a device whose clock was wrong, and only `scan` shows
   * them.
   */
  async read(query: RecordQuery): Promise<RecordRow[]> {
    const range = this.#kept(query);
    if (query.limit === undefined) return this.#readRange(query, range, noLimit);
    const records: RecordRow[] = [];
    for (let from = range.from; from < range.to; from = floorToDay(from) + dayMs) {
      const day = clip(range, { from, to: floorToDay(from) + dayMs });
      records.push(...(await this.#readRange(query, day, query.limit - records.length)));
      if (records.length >= query.limit) break;
    }
    return records.slice(0, query.limit);
  }

  /** Deletes of a device's range, in every partition that can hold some of it, whether it is there or not. */
  deletes(deviceId: string, range: TimeRange, timestamp: number): Statement[] {
    const kept = this.#kept(range);
    return rawKinds.flatMap((kind) =>
      bucketsOf(rawTables[kind].bucket, kept).map((bucket) => ({
        query: this.#statements[kind].remove,
        params: [timestamp, deviceId, bucket, kept.from, kept.to],
      })),
    );
  }

  async *scan(): AsyncIterable<RecordRow> {
    for (const kind of rawKinds) {
      for await (const page of this.#options.connection.scan(this.#statements[kind].scan)) {
        const oldest = this.#oldestReceivedAt();
        for (const row of page) {
          const record = toRecord(row);
          if (record.receivedAt > oldest) yield record;
        }
      }
    }
  }

  async #readRange(
    { deviceId, kinds = rawKinds }: RecordQuery,
    range: TimeRange,
    limit: number,
  ): Promise<RecordRow[]> {
    const statements = kinds.flatMap((kind): Statement[] => {
      const { select: query } = this.#statements[kind];
      return bucketsOf(rawTables[kind].bucket, range).map((bucket) => ({
        query,
        params: [deviceId, bucket, range.from, range.to, Math.min(limit, noLimit)],
      }));
    });
    const oldest = this.#oldestReceivedAt();
    return (await this.#options.connection.read(statements))
      .map(toRecord)
      .filter((row) => row.receivedAt > oldest)
      .sort(compareRecordRows);
  }

  #kept(range: TimeRange): TimeRange {
    return clip(range, {
      from: floorToDay(this.#oldestReceivedAt() - outboxMaxAgeMs - dayMs),
      to: this.#options.now() + dayMs,
    });
  }

  #oldestReceivedAt(): number {
    return this.#options.now() - this.#options.rawRetentionMs;
  }
}
