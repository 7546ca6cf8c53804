import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { retrySchedule } from '../../src/capture/retry-schedule.ts';

describe('retrySchedule', () => {
  it('doubles up to its limit where nothing is random', () => {
    const waits = retrySchedule({ firstMs: 1_000, mostMs: 5_000, random: () => 0 });
    assert.deepEqual(
      Array.from({ length: 5 }, () => waits.next().value),
      [1_000, 2_000, 4_000, 5_000, 5_000],
    );
  });

  it('shortens each wait by at most half', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
        const waits = retrySchedule({ firstMs: 100, mostMs: 400, random: () => random });
        for (const limitMs of [100, 200, 400, 400]) {
          const waitMs = waits.next().value;
          assert.ok(waitMs > limitMs / 2 - 1e-9 && waitMs <= limitMs);
        }
      }),
    );
  });
});
