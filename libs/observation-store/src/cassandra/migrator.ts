import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { OperatorError } from '@emotion-fleet/service';
import type { CassandraConnection } from './connection.ts';
import { isUnknownTable } from './driver-error.ts';
import type { CassandraOptions } from './options.ts';
import { migrations, versionsBeforeRelease, type SchemaOptions } from './schema.ts';

export interface MigratorOptions {
  readonly connection: CassandraConnection;
  readonly replication: CassandraOptions['replication'];
  readonly schema: SchemaOptions;
  /** Microseconds since 1970, taken where the keyspace has none yet. */
  readonly newEpoch: () => number;
  /** Who holds the lock; default a random UUID. */
  readonly owner?: string;
  /** A process that dies while it migrates holds the others up for this long; default 60. */
  readonly lockSeconds?: number;
  /** How long one that lives is waited for; default three minutes. */
  readonly lockWaitMs?: number;
}

const defaultLockSeconds = 60;
const defaultLockWaitMs = 3 * 60_000;
const tableVisibleMs = 10_000;
const pollMs = 100;

/**
 * Makes a keyspace and brings it up to date.
 *
 * INVARIANTS: one process at a time changes the schema (two that create one table at once may create it twice, under
 * two ids, and lose what is written to one of them): it holds a row that it alone could insert. The table of that row
 * has an id that follows from its name, so that it may be created by several at once. A statement that was run but
 * not counted is run again, and does nothing.
 */
export class CassandraMigrator {
  readonly #options: MigratorOptions;
  readonly #owner: string;
  readonly #lockSeconds: number;
  readonly #properties: string;

  constructor(options: MigratorOptions) {
    this.#options = options;
    this.#owner = options.owner ?? randomUUID();
    this.#lockSeconds = options.lockSeconds ?? defaultLockSeconds;
    this.#properties = `${options.schema.keyspace}.properties`;
  }

  /**
   * @returns the keyspace's epoch, fixed by whoever came first
   * @throws OperatorError `bad_keyspace_name`, `newer_schema`, `unreleased_schema`, `schema_locked`; what the connection throws
   */
  async run(): Promise<number> {
    const { connection, schema, newEpoch } = this.#options;
    const { keyspace } = schema;
    if (!/^[a-z][a-z0-9_]{0,47}$/.test(keyspace)) {
      throw new OperatorError(
        'bad_keyspace_name',
        `"${keyspace}" can't be a keyspace; use lower-case letters, digits and underscores.`,
      );
    }
    if (!(await this.#exists('properties'))) await this.#createKeyspace();
    const steps = migrations(schema);
    const current = versionsBeforeRelease + steps.length;
    if ((await this.#firstVersion()) !== current) await this.#migrate(steps);
    const epoch = newEpoch();
    const { applied, row } = await connection.conditional(
      `INSERT INTO ${this.#properties} (name, value) VALUES ('epoch', ?) IF NOT EXISTS`,
      [epoch],
    );
    return applied ? epoch : Number(row['value']);
  }

  async #migrate(steps: readonly (readonly string[])[]): Promise<void> {
    const { connection, schema } = this.#options;
    await this.#lock();
    try {
      const seen = await this.#version();
      if (seen > 0 && seen <= versionsBeforeRelease) {
        throw new OperatorError(
          'unreleased_schema',
          `Keyspace ${schema.keyspace} was made before the first release, with other tables; use another keyspace.`,
        );
      }
      if (seen > versionsBeforeRelease + steps.length) {
        throw new OperatorError(
          'newer_schema',
          `Keyspace ${schema.keyspace} was written by a newer version of this software; use that version or another keyspace.`,
        );
      }
      for (const [index, statements] of steps.entries()) {
        const version = versionsBeforeRelease + index + 1;
        if (version <= seen) continue;
        for (const statement of statements) {
          await connection.define(statement);
          await this.#keepLock();
        }
        await connection.conditional(
          `UPDATE ${this.#properties} SET value = ? WHERE name = 'schema_version' IF EXISTS`,
          [version],
        );
      }
    } finally {
      await connection.conditional(
        `DELETE FROM ${this.#properties} WHERE name = 'lock' IF owner = ?`,
        [this.#owner],
      );
    }
  }

  /** Both statements may be run by several processes at once. */
  async #createKeyspace(): Promise<void> {
    const { connection, schema, replication } = this.#options;
    const { keyspace } = schema;
    const factors =
      typeof replication === 'number' ? { replication_factor: replication } : replication;
    const entries = Object.entries(factors).map(([name, copies]) => `'${name}': ${copies}`);
    await connection.define(
      `CREATE KEYSPACE IF NOT EXISTS ${keyspace}
       WITH replication = {'class': 'NetworkTopologyStrategy', ${entries.join(', ')}}`,
    );
    await connection.define(
      `CREATE TABLE IF NOT EXISTS ${keyspace}.properties (name text PRIMARY KEY, value bigint, owner text)
       WITH id = ${tableId(this.#properties)}`,
    );
  }

  async #exists(table: string): Promise<boolean> {
    const params = [this.#options.schema.keyspace, table];
    const query =
      'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?';
    return (await this.#options.connection.read([{ query, params }])).length > 0;
  }

  /** A table that another process has just made may be listed before it can be used. */
  async #firstVersion(): Promise<number> {
    const until = performance.now() + tableVisibleMs;
    for (;;) {
      try {
        return await this.#version();
      } catch (error) {
        if (!isUnknownTable(error) || performance.now() > until) throw error;
        await delay(pollMs);
      }
    }
  }

  /** How many migrations the keyspace has seen; the row is there from the first call on. */
  async #version(): Promise<number> {
    const { applied, row } = await this.#options.connection.conditional(
      `INSERT INTO ${this.#properties} (name, value) VALUES ('schema_version', 0) IF NOT EXISTS`,
      [],
    );
    return applied ? 0 : Number(row['value']);
  }

  async #lock(): Promise<void> {
    const { connection, lockWaitMs = defaultLockWaitMs } = this.#options;
    const until = performance.now() + lockWaitMs;
    for (;;) {
      const { applied } = await connection.conditional(
        `INSERT INTO ${this.#properties} (name, owner) VALUES ('lock', ?) IF NOT EXISTS USING TTL ${this.#lockSeconds}`,
        [this.#owner],
      );
      if (applied) return;
      if (performance.now() > until) {
        throw new OperatorError(
          'schema_locked',
          `Keyspace ${this.#options.schema.keyspace} is being changed by another process; try again when it is done.`,
        );
      }
      await delay(pollMs);
    }
  }

  async #keepLock(): Promise<void> {
    const { applied } = await this.#options.connection.conditional(
      `UPDATE ${this.#properties} USING TTL ${this.#lockSeconds} SET owner = ? WHERE name = 'lock' IF owner = ?`,
      [this.#owner, this.#owner],
    );
    if (!applied) {
      throw new OperatorError(
        'schema_locked',
        `Another process took over the change of keyspace ${this.#options.schema.keyspace}; start this one again.`,
      );
    }
  }
}

/** A UUID (version 8: of our own making) of a table's full name. */
function tableId(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
