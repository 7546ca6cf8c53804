import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { minRawRetentionMs } from '@emotion-fleet/contracts';
import { skipWithoutStack } from '@emotion-fleet/deploy';
import { CassandraConnection } from '../../src/cassandra/connection.ts';
import { CassandraMigrator, type MigratorOptions } from '../../src/cassandra/migrator.ts';
import { CassandraUnderTest, newKeyspace } from './cassandra-under-test.ts';

/** Holds up the change of the schema that comes after the keyspace's own two, until it is let go. */
class HeldConnection extends CassandraConnection {
  readonly reached = Promise.withResolvers<undefined>();
  readonly gate = Promise.withResolvers<undefined>();
  #defined = 0;

  override async define(query: string): Promise<void> {
    if (this.#defined++ === 2) {
      this.reached.resolve(undefined);
      await this.gate.promise;
    }
    await super.define(query);
  }
}

describe('the lock of a migration', { skip: await skipWithoutStack() }, () => {
  const cassandra = new CassandraUnderTest();
  const keyspace = newKeyspace();
  const connections: CassandraConnection[] = [];
  before(() => cassandra.start());
  after(async () => {
    await Promise.all(connections.map((connection) => connection.stop()));
    await cassandra.stop();
  });

  async function connect<Connection extends CassandraConnection>(
    Kind: new (options: ConstructorParameters<typeof CassandraConnection>[0]) => Connection,
  ): Promise<Connection> {
    const connection = new Kind({
      cassandra: cassandra.options(keyspace),
      toError: (code, message, cause) => Object.assign(new Error(message, { cause }), { code }),
    });
    connections.push(connection);
    await connection.start();
    return connection;
  }

  const migrator = (connection: CassandraConnection, options: Partial<MigratorOptions>) =>
    new CassandraMigrator({
      ...{ connection, replication: 1, newEpoch: () => 1_000_000 },
      schema: { keyspace, rawRetentionMs: minRawRetentionMs, healthRetentionMs: minRawRetentionMs },
      ...options,
    });

  const lock = async () =>
    (
      await cassandra.query(
        `SELECT owner, ttl(owner) AS ttl FROM ${keyspace}.properties WHERE name = 'lock'`,
      )
    ).first() as unknown as { owner: string; ttl: number } | null;

  test('is waited for, goes by itself when its owner is gone, and stops an owner that wakes too late', async () => {
    const held = await connect(HeldConnection);
    const connection = await connect(CassandraConnection);
    const sleeper = migrator(held, { owner: 'sleeper', lockSeconds: 10 }).run();
    await held.reached.promise;
    const taken = await lock();
    assert.equal(taken?.owner, 'sleeper');
    assert.ok(taken.ttl > 0 && taken.ttl <= 10);

    await assert.rejects(migrator(connection, { owner: 'hasty', lockWaitMs: 0 }).run(), {
      ...{ name: 'OperatorError', code: 'schema_locked' },
      message: `Keyspace ${keyspace} is being changed by another process; try again when it is done.`,
    });

    assert.equal(await migrator(connection, { owner: 'next' }).run(), 1_000_000);
    assert.equal(await lock(), null);

    held.gate.resolve(undefined);
    await assert.rejects(sleeper, {
      ...{ name: 'OperatorError', code: 'schema_locked' },
      message: `Another process took over the change of keyspace ${keyspace}; start this one again.`,
    });
    assert.equal(await migrator(connection, {}).run(), 1_000_000);
  });
});
