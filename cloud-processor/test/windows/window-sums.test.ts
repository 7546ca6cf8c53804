import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { addWindows, zeroWindow, type WindowValues } from '@emotion-fleet/observation-store';
import { MinuteSums } from '../../src/windows/minute-sums.ts';
import { sumWindows, withoutShrinking } from '../../src/windows/window-sums.ts';
import { gap, presence, sample, visit } from '../support/records.ts';

function full(): WindowValues {
  const sums = new MinuteSums();
  for (const record of [sample(), visit(), presence(), gap()]) sums.add(record);
  sums.addTooLate();
  return sums.values();
}

function withCounts(stored: number, tooLate: number): WindowValues {
  const window = zeroWindow();
  return { ...window, visits: stored, records: { ...window.records, stored, tooLate } };
}

suite('window sums', () => {
  test('adds up every figure, as adding two by two does', () => {
    const windows = [full(), undefined, full(), full()];
    const expected = [full(), full(), full()].reduce(addWindows, zeroWindow());
    assert.deepEqual(sumWindows(windows), expected);
    assert.deepEqual(sumWindows([]), zeroWindow());
  });

  test('keeps a window whose raw rows have expired, and counts what came too late', () => {
    assert.deepEqual(withoutShrinking(withCounts(5, 1), withCounts(2, 3)), withCounts(5, 3));
    assert.deepEqual(withoutShrinking(withCounts(5, 1), withCounts(6, 0)), withCounts(6, 0));
    assert.deepEqual(withoutShrinking(undefined, withCounts(1, 0)), withCounts(1, 0));
  });
});
