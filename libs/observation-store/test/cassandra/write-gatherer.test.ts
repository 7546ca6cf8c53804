import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partitionName, type PartitionWrite } from '../../src/cassandra/partition-groups.ts';
import { WriteGatherer } from '../../src/cassandra/write-gatherer.ts';

const row = (table: string, columns: string[], values: unknown[]): PartitionWrite => ({
  partition: partitionName(columns, values),
  statement: { query: `INSERT INTO ${table}`, params: values },
  bytes: 10,
});
const tablesOf = (groups: readonly (readonly { query: string }[])[]): string[][] =>
  groups.map((group) => group.map(({ query }) => query.replace('INSERT INTO ', '')));

test('rows of tables with the same partition key are one write, others their own', async () => {
  const sent: string[][][] = [];
  const gatherer = new WriteGatherer(async (groups) => void sent.push(tablesOf(groups)));
  await Promise.all([
    gatherer.put([row('hours', ['device_id', 'month'], ['a', 1])]),
    gatherer.put([row('minutes', ['device_id', 'day'], ['a', 1])]),
    gatherer.put([row('grids', ['device_id', 'month'], ['a', 1])]),
    gatherer.put([row('grids', ['device_id', 'month'], ['b', 1])]),
  ]);
  assert.deepEqual(sent, [[['hours', 'grids'], ['minutes'], ['grids']]]);
});

test('what is put in a later turn is sent by itself', async () => {
  let sent = 0;
  const gatherer = new WriteGatherer(async () => void (sent += 1));
  await gatherer.put([row('hours', ['device_id'], ['a'])]);
  await gatherer.put([row('hours', ['device_id'], ['a'])]);
  assert.equal(sent, 2);
});

test('whoever put something in the turn is told of a failure, and the next turn begins anew', async () => {
  let fails = true;
  const gatherer = new WriteGatherer(() =>
    fails ? Promise.reject(new Error('no node')) : Promise.resolve(),
  );
  const both = await Promise.allSettled([
    gatherer.put([row('hours', ['device_id'], ['a'])]),
    gatherer.put([row('days', ['device_id'], ['b'])]),
  ]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  fails = false;
  await gatherer.put([row('hours', ['device_id'], ['a'])]);
});

test('nothing to write sends nothing', async () => {
  const gatherer = new WriteGatherer(() => Promise.reject(new Error('sent')));
  await gatherer.put([]);
});
