import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hourMs } from '@emotion-fleet/observation-store';
import { mergeSmallWindows, tooSmall, type TimedSum } from '../../src/privacy/merge-windows.ts';
import { pieceOf } from '../../src/queries/window-sum.ts';
import { minuteRow } from '../support/windows.ts';

function hourly(visits: readonly number[]): TimedSum[] {
  return visits.map((count, index) => ({
    ...pieceOf(minuteRow({ deviceId: 'a', windowStart: index * hourMs, visits: count })),
    from: index * hourMs,
    to: (index + 1) * hourMs,
    expectedMs: hourMs,
  }));
}
const visitsOf = (windows: readonly TimedSum[]) => windows.map(({ values }) => values.visits);

test('a window that is too small joins those after it until there is enough', () => {
  assert.deepEqual(visitsOf(mergeSmallWindows(hourly([12, 3, 2, 6, 20]), 10)), [12, 11, 20]);
});

test('what is left at the end joins the window before', () => {
  assert.deepEqual(visitsOf(mergeSmallWindows(hourly([12, 15, 0, 4]), 10)), [12, 19]);
});

test('empty windows stay, so that gaps can be seen', () => {
  assert.deepEqual(visitsOf(mergeSmallWindows(hourly([0, 12, 0, 0, 12]), 10)), [0, 12, 0, 0, 12]);
});

test('one window remains where the whole is too small', () => {
  assert.deepEqual(visitsOf(mergeSmallWindows(hourly([1, 0, 2]), 10)), [3]);
});

test('a group size of 1 leaves every window as it is', () => {
  assert.deepEqual(visitsOf(mergeSmallWindows(hourly([1, 0, 2]), 1)), [1, 0, 2]);
});

test('samples of somebody who came before the window began are a group of one', () => {
  const [window] = hourly([0]);
  const values = { ...window!.values, samples: { ...window!.values.samples, happy: 3 } };
  assert.ok(tooSmall({ ...window!, values }, 10));
});

test('merged windows are large enough, leave no time out and keep every sum', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 40 }),
      (visits) => {
        const windows = hourly(visits);
        const merged = mergeSmallWindows(windows, 10);
        const total = visits.reduce((a, b) => a + b, 0);
        assert.equal(
          visitsOf(merged).reduce((a, b) => a + b, 0),
          total,
        );
        assert.equal(merged[0]!.from, 0);
        assert.equal(merged.at(-1)!.to, visits.length * hourMs);
        merged.slice(1).forEach((window, index) => assert.equal(window.from, merged[index]!.to));
        assert.equal(
          merged.reduce((sum, { expectedMs }) => sum + expectedMs, 0),
          visits.length * hourMs,
        );
        if (total >= 10) assert.ok(!merged.some((window) => tooSmall(window, 10)));
      },
    ),
  );
});
