import type { WorkerDatabase } from './worker-database.ts';

export interface Retention {
  readonly table: string;
  /** The column that ages, epoch ms. */
  readonly column: string;
  readonly maxAgeMs: number;
}

export interface RetentionSweeperOptions {
  readonly database: WorkerDatabase;
  readonly retentions: readonly Retention[];
  readonly now: () => number;
  readonly intervalMs: number;
  /** Rows per transaction: a step takes a few ms, and waiting writes go in between. */
  readonly stepRows: number;
  readonly onError: (error: unknown) => void;
}

/** Deletes what has outlived its time, in short steps. Readers hide such rows already before. */
export class RetentionSweeper {
  readonly #options: RetentionSweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<number> | undefined;

  constructor(options: RetentionSweeperOptions) {
    this.#options = options;
  }

  start(): void {
    const sweep = (): void => {
      this.sweep().catch(this.#options.onError);
    };
    this.#timer = setInterval(sweep, this.#options.intervalMs);
    this.#timer.unref();
    sweep();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running?.catch(() => 0);
  }

  /** Waits for a sweep under way, which may have passed some tables already. @returns how many rows were deleted */
  async sweep(): Promise<number> {
    await this.#running?.catch(() => 0);
    this.#running = this.#sweepAll();
    return this.#running;
  }

  async #sweepAll(): Promise<number> {
    const { database, retentions, now, stepRows } = this.#options;
    let total = 0;
    for (const { table, column, maxAgeMs } of retentions) {
      const sql = expireStatement(table, column);
      for (let deleted = stepRows; deleted >= stepRows && this.#timer !== undefined;) {
        deleted = await database.write([{ sql, rows: [[now() - maxAgeMs, stepRows]] }]);
        total += deleted;
      }
    }
    return total;
  }
}

/** SQLite has no DELETE ... LIMIT unless built with it. */
function expireStatement(table: string, column: string): string {
  const key = table === 'minutes_by_device' ? '(device_id, window_start)' : 'rowid';
  const columns = key.replace(/[()]/g, '');
  return `DELETE FROM ${table} WHERE ${key} IN (SELECT ${columns} FROM ${table} WHERE ${column} <= ? LIMIT ?)`;
}
