import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EvenSample } from '../../src/queries/positions.ts';

test('keeps everything up to the limit', () => {
  const sample = new EvenSample<number>(5);
  for (let item = 0; item < 5; item++) sample.add(() => item);
  assert.deepEqual(sample.items(), [0, 1, 2, 3, 4]);
});

test('keeps an even sample of more, and counts all', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 2_000 }),
      (limit, count) => {
        const sample = new EvenSample<number>(limit);
        for (let item = 0; item < count; item++) sample.add(() => item);
        const items = sample.items();
        assert.equal(sample.seen, count);
        assert.ok(items.length <= limit);
        assert.ok(items.length >= Math.min(count, Math.floor(limit / 2)));
        const steps = new Set(items.slice(1).map((item, index) => item - items[index]!));
        assert.ok(steps.size <= 1);
      },
    ),
  );
});
