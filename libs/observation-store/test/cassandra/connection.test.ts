import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { Client, types, type QueryOptions } from 'cassandra-driver';
import { CassandraConnection } from '../../src/cassandra/connection.ts';
import type { Consistency } from '../../src/cassandra/options.ts';
import { RetryOncePolicy } from '../../src/cassandra/retry-policy.ts';

/** What the driver's types leave out. */
interface ClientInside {
  readonly options: { readonly queryOptions: QueryOptions; readonly policies: { retry: unknown } };
}

const statement = { query: 'INSERT', params: [1] };

/** A connection whose driver sends nothing: what each request would have been sent with, the client's own options included. */
async function connected(t: TestContext, consistency?: Consistency) {
  const sent: QueryOptions[] = [];
  let retry: unknown;
  const send = ({ options: client }: ClientInside, options: unknown) => {
    sent.push({ ...client.queryOptions, ...(options as QueryOptions | undefined) });
    return { first: () => ({}), wasApplied: () => true, rows: [], pageState: null };
  };
  t.mock.method(Client.prototype, 'connect', async function (this: ClientInside) {
    retry = this.options.policies.retry;
  });
  t.mock.method(
    Client.prototype,
    'execute',
    async function (this: ClientInside, ...call: unknown[]) {
      return send(this, call[2]);
    },
  );
  t.mock.method(Client.prototype, 'batch', async function (this: ClientInside, ...call: unknown[]) {
    return send(this, call[1]);
  });
  t.mock.method(Client.prototype, 'shutdown', async () => undefined);
  const connection = new CassandraConnection({
    cassandra: {
      contactPoints: ['127.0.0.1'],
      localDataCenter: 'dc1',
      replication: 3,
      ...(consistency !== undefined && { consistency }),
    },
    toError: (_, message) => new Error(message),
  });
  await connection.start();
  t.after(() => connection.stop());
  return { connection, sent, retry };
}

for (const [configured, level] of [
  [undefined, types.consistencies.localQuorum],
  ['quorum', types.consistencies.quorum],
] as const) {
  it(`sends reads and writes as idempotent, at ${configured ?? 'localQuorum (the default)'}`, async (t) => {
    const { connection, sent, retry } = await connected(t, configured);
    await connection.write([[statement], [statement, statement]]);
    await connection.read([statement]);
    assert.equal(sent.length, 3);
    for (const { isIdempotent, consistency, prepare } of sent) {
      assert.deepEqual([isIdempotent, consistency, prepare], [true, level, true]);
    }
    assert.equal(sent[1]?.logged, false);
    assert.ok(retry instanceof RetryOncePolicy);
  });
}

it('sends a conditional statement as not idempotent, serial over all data centres', async (t) => {
  const { connection, sent } = await connected(t);
  await connection.conditional('UPDATE ... IF', []);
  const [{ isIdempotent, serialConsistency } = {}] = sent;
  assert.deepEqual([isIdempotent, serialConsistency], [false, types.consistencies.serial]);
});

it('sends a write at another level where that is asked for', async (t) => {
  const { connection, sent } = await connected(t);
  await connection.write([[statement], [statement, statement]], {
    consistency: types.consistencies.all,
  });
  for (const { isIdempotent, consistency } of sent) {
    assert.deepEqual([isIdempotent, consistency], [true, types.consistencies.all]);
  }
});
