import type { DatabaseSync, StatementSync } from 'node:sqlite';

export interface RetentionLimits {
  /** Entries older than this go, once every known group has committed them. */
  readonly maxAgeMs: number;
  /** Above this many bytes the oldest go, once every known group has committed them. */
  readonly maxBytes: number;
  /** Above this many bytes the oldest go whether a group has seen them or not: a full disk loses more. */
  readonly hardMaxBytes: number;
}

export interface RetainedPartition {
  readonly id: number;
  readonly compacted: boolean;
  /** Live bytes. */
  bytes: number;
}

interface EntryRow {
  position: number;
  appendedAt: number;
  size: number;
}

/** Entries looked at in one step, so that appends never wait long. */
const stepEntries = 500;

/** Deletes from the old end of partitions. Compacted topics keep the latest of each key for good. */
export class Retention {
  readonly #database: DatabaseSync;
  readonly #positionsPerPartition: number;
  readonly #oldest: StatementSync;
  readonly #committed: StatementSync;
  readonly #remove: StatementSync;
  readonly #storeBytes: StatementSync;

  constructor(database: DatabaseSync, positionsPerPartition: number) {
    this.#database = database;
    this.#positionsPerPartition = positionsPerPartition;
    this.#oldest = database.prepare(
      `SELECT position, appended_at AS appendedAt,
         length(key) + coalesce(length(value), 0) + coalesce(length(headers), 0) AS size
       FROM entries WHERE position >= ? AND position < ? ORDER BY position LIMIT ?`,
    );
    this.#committed = database.prepare(
      'SELECT min(next) AS next FROM group_positions WHERE partition_id = ?',
    );
    this.#remove = database.prepare('DELETE FROM entries WHERE position >= ? AND position <= ?');
    this.#storeBytes = database.prepare('UPDATE partitions SET bytes = ? WHERE id = ?');
  }

  /** One bounded step; the caller comes back while something was deleted. */
  step(partitions: readonly RetainedPartition[], limits: RetentionLimits, now: number): number {
    const trimmable = partitions.filter((partition) => !partition.compacted);
    let total = partitions.reduce((sum, partition) => sum + partition.bytes, 0);
    let deleted = 0;
    for (const partition of this.#oldestFirst(trimmable)) {
      const rows = this.#rows(partition, stepEntries);
      const committed = this.#committedPosition(partition);
      const expired = now - limits.maxAgeMs;
      let last: number | undefined;
      for (const row of rows) {
        const free =
          row.position < committed && (row.appendedAt < expired || total > limits.maxBytes);
        if (!free && total <= limits.hardMaxBytes) break;
        last = row.position;
        total -= row.size;
        partition.bytes = Math.max(0, partition.bytes - row.size);
        deleted += 1;
      }
      if (last !== undefined) this.#delete(partition, last);
    }
    return deleted;
  }

  #oldestFirst(partitions: readonly RetainedPartition[]): RetainedPartition[] {
    return partitions
      .map((partition) => ({ partition, first: this.#rows(partition, 1)[0] }))
      .filter(({ first }) => first !== undefined)
      .sort((one, other) => one.first!.appendedAt - other.first!.appendedAt)
      .map(({ partition }) => partition);
  }

  #rows({ id }: RetainedPartition, limit: number): EntryRow[] {
    const from = id * this.#positionsPerPartition;
    const rows = this.#oldest.all(from, from + this.#positionsPerPartition, limit);
    return rows as unknown as EntryRow[];
  }

  #committedPosition({ id }: RetainedPartition): number {
    const { next } = this.#committed.get(id) as { next: number | null };
    return next === null ? Infinity : id * this.#positionsPerPartition + next;
  }

  #delete({ id, bytes }: RetainedPartition, last: number): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#remove.run(id * this.#positionsPerPartition, last);
      this.#storeBytes.run(bytes, id);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
