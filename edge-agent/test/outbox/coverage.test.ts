import assert from 'node:assert/strict';
import test from 'node:test';
import { coverageOf, mergeCoverages, storeGap, type Coverage } from '../../src/outbox/coverage.ts';

function coverage(from: number, end: number, rest: Partial<Coverage> = {}): Coverage {
  const times = { fromAt: { epochMs: from }, toAt: { epochMs: end - 1 } };
  return { ofRunId: 'a', reason: 'outbox_full', from, end, ...times, ...rest };
}

test('joins neighbours of one run and reason, with the first and the last time', () => {
  assert.deepEqual(mergeCoverages([coverage(5, 9), coverage(0, 5), coverage(3, 4)]), [
    coverage(0, 9),
  ]);
  const apart = [coverage(0, 5), coverage(6, 9), coverage(5, 6, { reason: 'corrupt' })];
  assert.equal(mergeCoverages(apart).length, 3);
  assert.equal(mergeCoverages([coverage(0, 5), coverage(5, 9, { ofRunId: 'b' })]).length, 2);
});

test('reads back what a stored gap covers', () => {
  const wall = coverage(3, 8);
  const monotonic = coverage(3, 8, { fromAt: { monotonicMs: 1.5 }, toAt: { monotonicMs: 2.5 } });
  for (const one of [wall, monotonic, coverage(3, 8, { fromAt: undefined, toAt: undefined })]) {
    const stored = storeGap({ coverage: one, seq: 9, observedAtMs: 7, modelId: 'model' });
    assert.deepEqual(coverageOf(stored), one);
  }
});
