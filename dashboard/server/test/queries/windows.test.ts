import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs } from '@emotion-fleet/observation-store';
import { isoTime } from '../../src/queries/query-range.ts';
import { cutWindows } from '../../src/queries/windows.ts';

test('cuts at whole steps; the first and the last window may be shorter', () => {
  const windows = cutWindows(
    { from: Date.parse('2026-03-01T09:20:00Z'), to: Date.parse('2026-03-01T11:10:00Z') },
    hourMs,
  );
  assert.deepEqual(
    windows.map(({ from, to }) => [isoTime(from).slice(11, 16), isoTime(to).slice(11, 16)]),
    [
      ['09:20', '10:00'],
      ['10:00', '11:00'],
      ['11:00', '11:10'],
    ],
  );
});
