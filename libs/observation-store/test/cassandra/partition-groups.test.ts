import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  maxGroupBytes,
  maxGroupRows,
  PartitionGroups,
  type PartitionWrite,
} from '../../src/cassandra/partition-groups.ts';

const write = (partition: string, bytes: number): PartitionWrite => ({
  ...{ partition, bytes },
  statement: { query: 'INSERT', params: [] },
});
const sizes = (groups: PartitionGroups): number[] => groups.groups.map((group) => group.length);

test('rows of one partition share a group until it has enough rows', () => {
  const groups = new PartitionGroups();
  for (let row = 0; row < maxGroupRows + 1; row++) groups.add(write('a', 1));
  groups.add(write('b', 1));
  assert.deepEqual(sizes(groups), [maxGroupRows, 1, 1]);
});

test('a group is bounded by bytes, and a row that is larger goes alone', () => {
  const groups = new PartitionGroups();
  groups.add(write('a', maxGroupBytes * 2));
  groups.add(write('a', maxGroupBytes));
  groups.add(write('a', 1));
  assert.deepEqual(sizes(groups), [1, 1, 1]);
});
