import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  defaultRange,
  describeMovingRange,
  describeStep,
  isSameRange,
  isUnreadableRange,
  maxRangeMs,
  parseRange,
  quickRanges,
  resolveRange,
  serializeRange,
  shortMovingRange,
  type TimeRange,
} from '../../src/time/range.ts';

const latestMs = Date.UTC(2100, 0, 1);
const movingRange = fc.record(
  {
    kind: fc.constant('last' as const),
    amount: fc.integer({ min: 1, max: 399 }),
    unit: fc.constantFrom('m', 'h', 'd' as const),
  },
  { noNullPrototype: true },
);
const fixedRange = fc
  .record({
    fromMs: fc.integer({ min: 0, max: latestMs }),
    lengthMs: fc.integer({ min: 1, max: maxRangeMs }),
  })
  .map(({ fromMs, lengthMs }) => ({ kind: 'fixed' as const, fromMs, toMs: fromMs + lengthMs }));
const anyRange: fc.Arbitrary<TimeRange> = fc.oneof(movingRange, fixedRange);

suite('time range', () => {
  test('reads back every range that it writes', () => {
    fc.assert(
      fc.property(anyRange, (range) => {
        assert.deepEqual(parseRange({ ...serializeRange(range) }), range);
      }),
    );
  });

  test('makes a usable range of any query', () => {
    const anyValue = fc.oneof(fc.string(), fc.constant(undefined), fc.array(fc.string()));
    fc.assert(
      fc.property(anyValue, anyValue, anyValue, fc.integer({ min: 0 }), (last, from, to, nowMs) => {
        const { fromMs, toMs } = resolveRange(parseRange({ last, from, to }), nowMs);
        assert.ok(fromMs < toMs);
        assert.ok(toMs - fromMs <= maxRangeMs);
      }),
    );
  });

  test('falls back to the default where nothing can be read', () => {
    for (const query of [
      {},
      { last: '0h' },
      { last: '1y' },
      { last: '9999d' },
      { from: 'x', to: 'y' },
    ]) {
      assert.deepEqual(parseRange(query), defaultRange);
    }
    const backwards = { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' };
    assert.deepEqual(parseRange(backwards), defaultRange);
  });

  test('tells a range that is not readable from one that was not asked for', () => {
    assert.equal(isUnreadableRange({}), false);
    assert.equal(isUnreadableRange({ last: '24h' }), false);
    assert.equal(isUnreadableRange({ last: '1y' }), true);
    assert.equal(isUnreadableRange({ from: '2026-03-02T00:00:00Z' }), true);
    assert.equal(isUnreadableRange({ last: ['1h', '2h'] }), true);
  });

  test('moves with the clock, or stands still', () => {
    const moving = { kind: 'last', amount: 15, unit: 'm' } as const;
    assert.deepEqual(resolveRange(moving, 1_000_000), { fromMs: 100_000, toMs: 1_000_000 });
    const fixed = { kind: 'fixed', fromMs: 5, toMs: 9 } as const;
    assert.deepEqual(resolveRange(fixed, 1_000_000), { fromMs: 5, toMs: 9 });
  });

  test('tells ranges apart by what they mean', () => {
    const [first, second] = quickRanges;
    assert.ok(isSameRange(first!, { ...first! }));
    assert.ok(!isSameRange(first!, second!));
    assert.ok(!isSameRange(first!, { kind: 'fixed', fromMs: 0, toMs: 900_000 }));
  });

  test('names ranges and steps in words', () => {
    assert.equal(describeMovingRange({ kind: 'last', amount: 1, unit: 'h' }), 'Last hour');
    assert.equal(describeMovingRange({ kind: 'last', amount: 24, unit: 'h' }), 'Last 24 hours');
    assert.equal(shortMovingRange({ kind: 'last', amount: 15, unit: 'm' }), '15 min');
    assert.deepEqual(
      [60_000, 3_600_000, 86_400_000].map((stepMs) => describeStep(stepMs)),
      ['per minute', 'per hour', 'per day'],
    );
  });
});
