import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { logTopics, type LogTopic, type LogTopicName } from '@emotion-fleet/contracts';
import { partitionOf } from '../partitioner.ts';
import { entrySize, packValues, ValueReader, type PackedEntries } from './packing.ts';
import type { LogRequest, LogResponses, PartitionEnd, WriteOperation } from './protocol.ts';
import { Retention, type RetainedPartition } from './retention.ts';
import { openDatabase, positionsPerPartition } from './schema.ts';

interface Partition extends RetainedPartition {
  readonly topic: LogTopicName;
  readonly partition: number;
  end: number;
}

interface EntryRow {
  position: number;
  key: string;
  value: Uint8Array | null;
  headers: string | null;
}

type Request<Kind extends LogRequest['kind']> = Extract<LogRequest, { kind: Kind }>;

/** A read stops after about this many bytes, so that a batch of large values stays small in memory. */
const maxReadBytes = 4 * 1024 * 1024;
const readStepEntries = 250;

/** The log's file, used by one thread; every call is one short transaction. */
export class LogDatabase {
  readonly #database: DatabaseSync;
  readonly #partitions = new Map<LogTopicName, Partition[]>();
  readonly #statements: ReturnType<typeof prepareStatements>;
  readonly #retention: Retention;

  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#statements = prepareStatements(this.#database);
    this.#retention = new Retention(this.#database, positionsPerPartition);
    this.#loadPartitions();
  }

  close(): void {
    this.#database.close();
  }

  ends(): PartitionEnd[] {
    return this.#allPartitions().map(({ topic, partition, end }) => ({ topic, partition, end }));
  }

  /** All operations in one durable transaction, or none. */
  write({ operations, values, now }: Request<'write'>): PartitionEnd[] {
    const reader = new ValueReader(values);
    const grown = new Set<Partition>();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const operation of operations) this.#apply(operation, { reader, now, grown });
      for (const { id, end, bytes } of grown) this.#statements.storeEnd.run(end, bytes, id);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#loadPartitions();
      throw error;
    }
    return [...grown].map(({ topic, partition, end }) => ({ topic, partition, end }));
  }

  read({ topic, partition, from, maxEntries }: Request<'read'>): LogResponses['read'] {
    const { id, end } = this.#partition(topic, partition);
    const base = id * positionsPerPartition;
    const rows: EntryRow[] = [];
    let next = from;
    let bytes = 0;
    while (rows.length < maxEntries && bytes < maxReadBytes && next < end) {
      const limit = Math.min(readStepEntries, maxEntries - rows.length);
      const step = this.#statements.read.all(base + next, base + end, limit);
      for (const row of step as unknown as EntryRow[]) {
        rows.push(row);
        bytes += row.value?.byteLength ?? 0;
      }
      next = step.length < limit ? end : rows.at(-1)!.position - base + 1;
    }
    return { ...packRows(rows, base), next };
  }

  readCompacted({ topic }: Request<'readCompacted'>): LogResponses['readCompacted'] {
    const rows = this.#topicPartitions(topic).flatMap(({ id }) => {
      const base = id * positionsPerPartition;
      return this.#statements.latestValues.all(
        base,
        base + positionsPerPartition,
      ) as unknown as EntryRow[];
    });
    return packRows(rows, 0);
  }

  /** Where a group stands; the oldest entry there is, where it has committed nothing. */
  positions(groupId: string, topic: LogTopicName): number[] {
    return this.#topicPartitions(topic).map(({ id, end }) => {
      const committed = this.#statements.position.get(groupId, id) as { next: number } | undefined;
      if (committed !== undefined) return committed.next;
      const base = id * positionsPerPartition;
      const [oldest] = this.#statements.read.all(base, base + positionsPerPartition, 1);
      return oldest === undefined ? end : (oldest as unknown as EntryRow).position - base;
    });
  }

  retain({ limits, now }: Request<'retain'>): LogResponses['retain'] {
    const partitions = this.#allPartitions();
    let deleted: number;
    try {
      deleted = this.#retention.step(partitions, limits, now);
    } catch (error) {
      this.#loadPartitions();
      throw error;
    }
    return { deleted, bytes: partitions.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  #apply(
    operation: WriteOperation,
    write: { reader: ValueReader; now: number; grown: Set<Partition> },
  ): void {
    if (operation.kind === 'append') {
      this.#append(operation.topic, operation.entries, write);
    } else if (operation.kind === 'commit') {
      const { groupId, topic, partition, next } = operation;
      this.#statements.storePosition.run(groupId, this.#partition(topic, partition).id, next);
    } else if (operation.kind === 'probe') {
      this.#statements.probe.run();
    } else {
      const { groupId, topic } = operation;
      this.positions(groupId, topic).forEach((next, partition) =>
        this.#statements.storePosition.run(groupId, this.#partition(topic, partition).id, next),
      );
    }
  }

  #append(
    topic: LogTopicName,
    { keys, lengths, headers }: PackedEntries,
    { reader, now, grown }: { reader: ValueReader; now: number; grown: Set<Partition> },
  ): void {
    const partitions = this.#topicPartitions(topic);
    keys.forEach((key, index) => {
      const partition = partitions[partitionOf(key, partitions.length)]!;
      const position = partition.id * positionsPerPartition + partition.end;
      const length = lengths[index]!;
      const header = headers[index] ?? null;
      this.#statements.insert.run(position, key, reader.next(length), header, now);
      if (partition.compacted) this.#replaceLatest(partition, key, position);
      partition.end += 1;
      partition.bytes += entrySize(key, length, header);
      grown.add(partition);
    });
  }

  #replaceLatest(partition: Partition, key: string, position: number): void {
    const older = this.#statements.latest.get(partition.id, key) as
      { position: number; size: number } | undefined;
    if (older !== undefined) {
      this.#statements.remove.run(older.position);
      partition.bytes = Math.max(0, partition.bytes - older.size);
    }
    this.#statements.storeLatest.run(partition.id, key, position);
  }

  #loadPartitions(): void {
    const topics = new Map(Object.values<LogTopic>(logTopics).map((topic) => [topic.name, topic]));
    this.#partitions.clear();
    for (const row of this.#statements.partitions.all() as unknown as Omit<
      Partition,
      'compacted'
    >[]) {
      const topic = topics.get(row.topic);
      if (topic === undefined || row.partition >= topic.partitions) continue;
      const siblings = this.#partitions.get(row.topic) ?? [];
      siblings.push({ ...row, compacted: topic.compacted });
      this.#partitions.set(row.topic, siblings);
    }
  }

  #allPartitions(): Partition[] {
    return [...this.#partitions.values()].flat();
  }

  #topicPartitions(topic: LogTopicName): Partition[] {
    return this.#partitions.get(topic) ?? [];
  }

  #partition(topic: LogTopicName, partition: number): Partition {
    return this.#topicPartitions(topic)[partition]!;
  }
}

function packRows(rows: readonly EntryRow[], base: number) {
  const entries: PackedEntries = {
    keys: rows.map((row) => row.key),
    lengths: rows.map((row) => row.value?.byteLength ?? -1),
    headers: rows.map((row) => row.headers),
    offsets: rows.map((row) => row.position - base),
  };
  return { entries, values: packValues(rows.map((row) => row.value)) };
}

function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string): StatementSync => database.prepare(sql);
  return {
    partitions: prepare(
      'SELECT id, topic, partition, next_offset AS "end", bytes FROM partitions ORDER BY topic, partition',
    ),
    storeEnd: prepare('UPDATE partitions SET next_offset = ?, bytes = ? WHERE id = ?'),
    insert: prepare(
      'INSERT INTO entries (position, key, value, headers, appended_at) VALUES (?, ?, ?, ?, ?)',
    ),
    remove: prepare('DELETE FROM entries WHERE position = ?'),
    read: prepare(
      `SELECT position, key, value, headers FROM entries
       WHERE position >= ? AND position < ? ORDER BY position LIMIT ?`,
    ),
    latest: prepare(
      `SELECT position, length(entries.key) + coalesce(length(value), 0) + coalesce(length(headers), 0) AS size
       FROM latest_by_key JOIN entries USING (position) WHERE partition_id = ? AND latest_by_key.key = ?`,
    ),
    latestValues: prepare(
      `SELECT position, key, value, headers FROM entries
       WHERE position >= ? AND position < ? AND value IS NOT NULL ORDER BY position`,
    ),
    storeLatest: prepare(
      `INSERT INTO latest_by_key (partition_id, key, position) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET position = excluded.position`,
    ),
    probe: prepare('UPDATE partitions SET bytes = bytes WHERE id = 1'),
    position: prepare('SELECT next FROM group_positions WHERE group_id = ? AND partition_id = ?'),
    storePosition: prepare(
      `INSERT INTO group_positions (group_id, partition_id, next) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET next = excluded.next`,
    ),
  };
}
