import { rawKinds, rawTables } from './statements.ts';
import type { WorkerDatabase } from './worker-database.ts';

interface Retention {
  readonly table: string;
  /** The column that ages, epoch ms. */
  readonly column: string;
  readonly maxAgeMs: number;
}

export interface RetentionAges {
  readonly rawRetentionMs: number;
  readonly minuteRetentionMs: number;
  readonly healthRetentionMs: number;
}

/** What ages in the store; every other table stays. */
export function storeRetentions(ages: RetentionAges): Retention[] {
  const raw = rawKinds.map((kind) => ({
    table: rawTables[kind],
    column: 'received_at',
    maxAgeMs: ages.rawRetentionMs,
  }));
  return [
    ...raw,
    { table: 'minutes_by_device', column: 'window_start', maxAgeMs: ages.minuteRetentionMs },
    { table: 'health_by_device', column: 'received_at', maxAgeMs: ages.healthRetentionMs },
  ];
}

export interface RetentionSweeperOptions {
  readonly database: WorkerDatabase;
  readonly retentions: readonly Retention[];
  readonly now: () => number;
  readonly intervalMs: number;
  /** Rows per transaction: a step takes a few ms, and waiting writes go in between. */
  readonly stepRows: number;
}

/** Deletes what has outlived its time, in short steps. Readers hide such rows already before. */
export class RetentionSweeper {
  readonly #options: RetentionSweeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<number> | undefined;
  #lastFault: string | undefined;

  constructor(options: RetentionSweeperOptions) {
    this.#options = options;
  }

  start(): void {
    const sweep = (): void => {
      this.sweep().then(
        () => (this.#lastFault = undefined),
        (error: unknown) => {
          this.#lastFault = error instanceof Error ? error.message : String(error);
        },
      );
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

  /** Why the last sweep failed, if it did. */
  get lastFault(): string | undefined {
    return this.#lastFault;
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
