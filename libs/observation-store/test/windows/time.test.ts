import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  dayMs,
  floorToDay,
  floorToHour,
  floorToMinute,
  hourMs,
  minuteMs,
  splitByHours,
  widenToMinutes,
} from '@emotion-fleet/observation-store';

const time = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
const range = fc
  .tuple(time, fc.integer({ min: 1, max: 3 * dayMs }))
  .map(([from, length]) => ({ from, to: from + length }));

test('floors are whole units that hold the time', () => {
  const units = [
    [floorToMinute, minuteMs],
    [floorToHour, hourMs],
    [floorToDay, dayMs],
  ] as const;
  fc.assert(
    fc.property(time, fc.constantFrom(...units), (at, [floor, unit]) => {
      const start = floor(at);
      assert.equal(start % unit, 0);
      assert.ok(start <= at && at < start + unit);
    }),
  );
});

test('a widened range consists of whole minutes and holds the range with less than a minute to spare', () => {
  fc.assert(
    fc.property(range, ({ from, to }) => {
      const wide = widenToMinutes({ from, to });
      assert.equal(wide.from % minuteMs, 0);
      assert.equal(wide.to % minuteMs, 0);
      assert.ok(wide.from <= from && from - wide.from < minuteMs);
      assert.ok(wide.to >= to && wide.to - to < minuteMs);
    }),
  );
});

test('the parts of a split range follow each other without hole or overlap', () => {
  fc.assert(
    fc.property(range, ({ from, to }) => {
      const { hours, minutes } = splitByHours({ from, to });
      const parts = [...minutes, ...(hours === undefined ? [] : [hours])];
      parts.sort((a, b) => a.from - b.from);
      assert.equal(parts[0]?.from, from);
      assert.equal(parts.at(-1)?.to, to);
      for (const [i, part] of parts.entries()) {
        assert.ok(part.from < part.to);
        if (i > 0) assert.equal(part.from, parts[i - 1]?.to);
      }
      if (hours === undefined) return;
      assert.equal(hours.from % hourMs, 0);
      assert.equal(hours.to % hourMs, 0);
      for (const part of minutes) assert.ok(part.to - part.from < hourMs);
    }),
  );
});

test('a range without a whole hour inside is left to the minutes', () => {
  const from = Date.UTC(2026, 0, 1, 10, 50);
  assert.deepEqual(splitByHours({ from, to: from + 20 * minuteMs }), {
    minutes: [{ from, to: from + 20 * minuteMs }],
  });
});

test('an empty or reversed range has no parts', () => {
  assert.deepEqual(splitByHours({ from: 5, to: 5 }), { minutes: [] });
  assert.deepEqual(splitByHours({ from: 6, to: 5 }), { minutes: [] });
});
