import assert from 'node:assert/strict';
import { it } from 'node:test';
import { murmur2, partitionOf } from '../src/partitioner.ts';

it("hashes as Kafka's clients do", () => {
  const vectors: readonly (readonly [string, number])[] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [text, hash] of vectors) assert.equal(murmur2(new TextEncoder().encode(text)), hash);
});

it('spreads keys over all partitions and is the same each time', () => {
  const keys = Array.from({ length: 500 }, (_, index) => `camera-${index}`);
  const partitions = keys.map((key) => partitionOf(key, 12));
  assert.equal(new Set(partitions).size, 12);
  assert.deepEqual(
    keys.map((key) => partitionOf(key, 12)),
    partitions,
  );
  assert.ok(partitions.every((partition) => partition >= 0 && partition < 12));
});
