import type { types } from 'cassandra-driver';
import type { TimeRange } from '../observation-store.ts';
import type { Versioned } from '../rows.ts';
import { bucketsOf, monthBucket } from './buckets.ts';
import type { CassandraConnection } from './connection.ts';
import type { Statement } from './statement.ts';
import { partitionName, type PartitionWrite } from './partition-groups.ts';

export interface VersionedTableOptions<Row extends Versioned> {
  readonly connection: CassandraConnection;
  /** With its keyspace. */
  readonly table: string;
  /** Columns of the partition key, then of the clustering key. */
  readonly partition: readonly string[];
  readonly clustering: readonly string[];
  readonly partitionOf: (row: Row) => readonly unknown[];
  readonly clusteringOf: (row: Row) => readonly unknown[];
  readonly encode: (row: Row) => string | Buffer;
  readonly decode: (key: types.Row, content: string | Buffer, version: number) => Row;
  /** Seconds that the row still has to live, where its table forgets; none or less: it is not written. */
  readonly ttlSeconds?: (row: Row) => number;
}

/**
 * Rows of which the highest version stays, whoever writes last: the version is the cell's timestamp, so that the
 * nodes themselves let an older write lose.
 *
 * INVARIANT: a row is one cell. Of two writes with one version and different content the greater bytes stay, on every
 * node alike; with several cells that would be decided for each of them, and the row would be half of each write.
 */
export class VersionedTable<Row extends Versioned> {
  readonly #options: VersionedTableOptions<Row>;
  readonly #insert: string;
  readonly #select: string;

  constructor(options: VersionedTableOptions<Row>) {
    this.#options = options;
    const { table, partition, clustering } = options;
    const columns = [...partition, ...clustering];
    const ttl = options.ttlSeconds === undefined ? '' : ' AND TTL ?';
    this.#insert = `INSERT INTO ${table} (${columns.join(', ')}, content)
      VALUES (${columns.map(() => '?').join(', ')}, ?) USING TIMESTAMP ?${ttl}`;
    this.#select = `SELECT ${columns.join(', ')}, content, writetime(content) AS version
      FROM ${table} WHERE ${partition.map((column) => `${column} = ?`).join(' AND ')}`;
  }

  async put(rows: readonly Row[]): Promise<void> {
    await this.#options.connection.put(this.writesOf(rows));
  }

  /** What `put` writes, for rows that go to several tables at once. */
  writesOf(rows: readonly Row[]): readonly PartitionWrite[] {
    const { partition, partitionOf, clusteringOf, encode, ttlSeconds } = this.#options;
    const writes: PartitionWrite[] = [];
    for (const row of rows) {
      const key = partitionOf(row);
      const content = encode(row);
      const params = [...key, ...clusteringOf(row), content, row.version];
      const ttl = ttlSeconds?.(row);
      if (ttl !== undefined) {
        if (ttl <= 0) continue;
        params.push(ttl);
      }
      const statement = { query: this.#insert, params };
      writes.push({ partition: partitionName(partition, key), statement, bytes: content.length });
    }
    return writes;
  }

  /**
   * The rows of one partition, or those of them that begin with this clustering key and whose next column lies
   * in a range, in their order.
   */
  async readPartition(
    partition: readonly unknown[],
    clustering: readonly unknown[] = [],
    range?: { readonly from: number; readonly to: number },
  ): Promise<Row[]> {
    const conditions = clustering.map((_, index) => ` AND ${this.#options.clustering[index]} = ?`);
    const params = [...partition, ...clustering];
    if (range !== undefined) {
      const next = this.#options.clustering[clustering.length];
      conditions.push(` AND ${next} >= ? AND ${next} < ?`);
      params.push(range.from, range.to);
    }
    return this.#read([{ query: this.#select + conditions.join(''), params }]);
  }

  /** The rows of a range of time: `id` and the month are the partition, the time is the first clustering column. */
  async readRange(id: string, range: TimeRange): Promise<Row[]> {
    const [time] = this.#options.clustering;
    const query = `${this.#select} AND ${time} >= ? AND ${time} < ?`;
    return this.#read(
      bucketsOf(monthBucket, range).map((start) => ({
        query,
        params: [id, start, range.from, range.to],
      })),
    );
  }

  /** Deletes a range of time below a version: what has a higher one, or is written with one, stays. */
  rangeDeletes(id: string, range: TimeRange, version: number): Statement[] {
    const [time] = this.#options.clustering;
    const query = `${this.#deleteWhere()} AND ${time} >= ? AND ${time} < ?`;
    return bucketsOf(monthBucket, range).map((start) => ({
      query,
      params: [version, id, start, range.from, range.to],
    }));
  }

  /** Deletes a partition, or those of its rows that begin with this clustering key, below a version. */
  partitionDelete(
    partition: readonly unknown[],
    clustering: readonly unknown[],
    version: number,
  ): Statement {
    const conditions = clustering.map((_, index) => ` AND ${this.#options.clustering[index]} = ?`);
    return {
      query: this.#deleteWhere() + conditions.join(''),
      params: [version, ...partition, ...clustering],
    };
  }

  #deleteWhere(): string {
    const { table, partition } = this.#options;
    const key = partition.map((column) => `${column} = ?`).join(' AND ');
    return `DELETE FROM ${table} USING TIMESTAMP ? WHERE ${key}`;
  }

  async #read(statements: readonly Statement[]): Promise<Row[]> {
    const rows = await this.#options.connection.read(statements);
    return rows.map((row) =>
      this.#options.decode(row, row['content'] as string | Buffer, Number(row['version'])),
    );
  }
}
