import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { countOf, RangeSet } from '../../src/outbox/range-set.ts';

const size = 40;
const range = fc
  .tuple(fc.nat(size), fc.nat(size))
  .map(([a, b]) => ({ from: Math.min(a, b), end: Math.max(a, b) }));

test('holds what a plain set of numbers holds', () => {
  fc.assert(
    fc.property(fc.array(range), range, (added, asked) => {
      const set = RangeSet.of(added);
      const plain = new Set<number>();
      for (const { from, end } of added) for (let n = from; n < end; n += 1) plain.add(n);
      for (let n = 0; n <= size; n += 1) {
        assert.equal(set.has(n), plain.has(n));
        let missing = n;
        while (plain.has(missing)) missing += 1;
        assert.equal(set.firstMissing(n), missing);
      }
      let absent = 0;
      for (let n = asked.from; n < asked.end; n += 1) absent += plain.has(n) ? 0 : 1;
      assert.equal(countOf(set.missingWithin(asked)), absent);
      const ranges = set.ranges();
      assert.ok(ranges.every(({ from }, at) => at === 0 || ranges[at - 1]!.end < from));
    }),
  );
});
