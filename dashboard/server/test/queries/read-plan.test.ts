import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayMs, hourMs, minuteMs } from '@emotion-fleet/observation-store';
import { chooseStep, planReads } from '../../src/queries/read-plan.ts';

const start = Date.parse('2026-03-01T00:00:00Z');
const ranges = fc
  .tuple(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 1, max: 20_000 }))
  .map(([from, length]) => ({
    from: start + from * minuteMs,
    to: start + (from + length) * minuteMs,
  }));
const steps = fc.constantFrom(minuteMs, hourMs, dayMs);

test('a plan covers the range once, with whole rows, none of which lies across two windows', () => {
  fc.assert(
    fc.property(ranges, steps, (range, stepMs) => {
      const { days, hours, minutes } = planReads(range, stepMs);
      const parts = [...days, ...hours, ...minutes].sort((a, b) => a.from - b.from);
      let at = range.from;
      for (const part of parts) {
        assert.equal(part.from, at);
        assert.ok(part.to > part.from);
        at = part.to;
      }
      assert.equal(at, range.to);
      for (const [unitMs, list] of [
        [dayMs, days],
        [hourMs, hours],
      ] as const) {
        for (const { from, to } of list) {
          assert.equal(from % unitMs, 0);
          assert.equal(to % unitMs, 0);
        }
        if (unitMs > stepMs) assert.deepEqual(list, []);
      }
    }),
  );
});

test('the rest of a plan is less than an hour at either end', () => {
  fc.assert(
    fc.property(ranges, (range) => {
      const { hours, days, minutes } = planReads(range, dayMs);
      if (hours.length + days.length === 0) return;
      for (const { from, to } of minutes) assert.ok(to - from < hourMs);
    }),
  );
});

test('windows are minutes up to 6 hours, hours up to 14 days, days beyond', () => {
  const step = (lengthMs: number) => chooseStep({ from: start, to: start + lengthMs }, 6);
  assert.equal(step(6 * hourMs), minuteMs);
  assert.equal(step(6 * hourMs + minuteMs), hourMs);
  assert.equal(step(14 * dayMs), hourMs);
  assert.equal(step(14 * dayMs + minuteMs), dayMs);
});

test('a fleet of very many cameras gets hours instead of minutes', () => {
  assert.equal(chooseStep({ from: start, to: start + 6 * hourMs }, 1_000), hourMs);
});
