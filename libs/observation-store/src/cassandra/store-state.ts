import { types } from 'cassandra-driver';
import { epochAfter, reservationMs } from '../epoch.ts';
import { ErasureList } from '../erasure-list.ts';
import type { StoreState } from '../observation-store.ts';
import type { ErasureRow } from '../rows.ts';
import type { CassandraConnection } from './connection.ts';

export interface StoreStateTableOptions {
  readonly connection: CassandraConnection;
  readonly keyspace: string;
  readonly now: () => number;
}

/** In every data centre, so that whoever reads at its local quorum sees it. */
const everywhere = { consistency: types.consistencies.eachQuorum };

/**
 * Epoch, reservation and erasures, which processes share.
 *
 * INVARIANT: erasures are written before the epoch that makes them known. So the list, which may be long, is read
 * only when the epoch is a new one.
 */
export class StoreStateTable {
  readonly #options: StoreStateTableOptions;
  #erasures = new ErasureList();
  #epoch: number | undefined;

  constructor(options: StoreStateTableOptions) {
    this.#options = options;
  }

  /** As they were read last. */
  get erasures(): ErasureList {
    return this.#erasures;
  }

  get epoch(): number | undefined {
    return this.#epoch;
  }

  async refresh(): Promise<StoreState> {
    const { connection, keyspace } = this.#options;
    const query = `SELECT name, value FROM ${keyspace}.properties WHERE name IN ('epoch', 'reservation')`;
    const rows = await connection.read([{ query, params: [] }]);
    const value = (name: string) => rows.find((row) => row['name'] === name);
    const epoch = Number(value('epoch')?.['value']);
    if (epoch !== this.#epoch) this.#erasures = new ErasureList(await this.#readErasures());
    this.#epoch = epoch;
    return { epoch, isReserved: value('reservation') !== undefined, erasures: this.#erasures };
  }

  async beginEpoch(): Promise<number> {
    const { connection, keyspace, now } = this.#options;
    for (;;) {
      const { epoch } = await this.refresh();
      const { applied } = await connection.conditional(
        `UPDATE ${keyspace}.properties SET value = ? WHERE name = 'epoch' IF value = ?`,
        [epochAfter(epoch, now()), epoch],
        everywhere,
      );
      // Another process may have begun one meanwhile; it would do, but the caller can't tell since when.
      if (applied) return (await this.refresh()).epoch;
    }
  }

  /** The row goes by itself: its life is measured by the nodes, not by clocks of processes. */
  async reserve(owner: string): Promise<boolean> {
    const { connection, keyspace } = this.#options;
    const ttl = `USING TTL ${reservationMs / 1_000}`;
    const taken = await connection.conditional(
      `INSERT INTO ${keyspace}.properties (name, value, owner) VALUES ('reservation', 1, ?) IF NOT EXISTS ${ttl}`,
      [owner],
      everywhere,
    );
    if (taken.applied) return true;
    const renewed = await connection.conditional(
      `UPDATE ${keyspace}.properties ${ttl} SET value = 1, owner = ? WHERE name = 'reservation' IF owner = ?`,
      [owner, owner],
      everywhere,
    );
    return renewed.applied;
  }

  async release(owner: string): Promise<void> {
    const { connection, keyspace } = this.#options;
    await connection.conditional(
      `DELETE FROM ${keyspace}.properties WHERE name = 'reservation' IF owner = ?`,
      [owner],
    );
  }

  async putErasures(rows: readonly ErasureRow[]): Promise<void> {
    const { connection, keyspace } = this.#options;
    const query = `INSERT INTO ${keyspace}.erasures (device_id, from_at, to_at, erased_at)
      VALUES (?, ?, ?, ?)`;
    await connection.write(
      rows.map(({ deviceId, from, to, erasedAt }) => [
        { query, params: [deviceId, from, to, erasedAt] },
      ]),
      { consistency: types.consistencies.all },
    );
  }

  async #readErasures(): Promise<ErasureRow[]> {
    const { connection, keyspace } = this.#options;
    const query = `SELECT device_id, from_at, to_at, erased_at FROM ${keyspace}.erasures`;
    return (await connection.read([{ query, params: [] }])).map((row) => ({
      deviceId: row['device_id'] as string,
      from: Number(row['from_at']),
      to: Number(row['to_at']),
      erasedAt: Number(row['erased_at']),
    }));
  }
}
