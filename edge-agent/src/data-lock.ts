import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError, type Lifecycle, type Logger } from '@emotion-fleet/service';

export interface DataLockOptions {
  readonly dataDirectory: string;
  readonly logger: Logger;
  /** An agent that is ending drains for some seconds. */
  readonly waitMs?: number;
}

const lookEachMs = 100;
/** SQLITE_BUSY */
const isHeld = 5;

/**
 * Keeps a second agent off a data directory: it would send the other camera's records as its own, and each would remove
 * the other's files. The lock is one of the kernel's, taken through SQLite since Node has no call for it: it is gone with
 * the process, however that ends, and holds between containers, too. Nothing is ever written to its file.
 */
export class DataLock implements Lifecycle {
  readonly #options: DataLockOptions;
  #database: DatabaseSync | undefined;

  constructor(options: DataLockOptions) {
    this.#options = options;
  }

  /** @throws OperatorError `data_directory_in_use` */
  async start(): Promise<void> {
    const { dataDirectory, waitMs = 10_000 } = this.#options;
    const endMs = performance.now() + waitMs;
    while (!this.#take()) {
      if (performance.now() >= endMs) {
        throw new OperatorError(
          'data_directory_in_use',
          `Another agent uses the data directory ${dataDirectory}: give each an EMOTION_DATA_DIRECTORY of its own.`,
        );
      }
      await delay(lookEachMs);
    }
  }

  async stop(): Promise<void> {
    this.#database?.close();
    this.#database = undefined;
  }

  /** False where another agent holds it. A folder that can't be used is for the outbox to report. */
  #take(): boolean {
    const { dataDirectory, logger } = this.#options;
    let database: DatabaseSync | undefined;
    try {
      mkdirSync(dataDirectory, { recursive: true });
      database = new DatabaseSync(path.join(dataDirectory, 'in-use'));
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      this.#database = database;
      return true;
    } catch (error) {
      database?.close();
      if ((error as { errcode?: number }).errcode === isHeld) return false;
      logger.warn({ err: error }, 'nobody knows whether another agent uses the data directory');
      return true;
    }
  }
}
