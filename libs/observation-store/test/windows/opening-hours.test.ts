import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OpeningHours } from '@emotion-fleet/contracts';
import {
  dayMs,
  expectedMs,
  expectedRanges,
  hourMs,
  isTimeZone,
  minuteMs,
  openRanges,
  type TimeRange,
} from '@emotion-fleet/observation-store';

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC'];

function day(iso: string): TimeRange {
  return { from: Date.parse(iso), to: Date.parse(iso) + dayMs };
}

/** The definition itself: asks the wall clock at each minute. */
function openMinutes(range: TimeRange, timeZone: string, hours: OpeningHours): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const names = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const minutesOf = (clock: string): number =>
    Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  let open = 0;
  for (let at = range.from; at < range.to; at += minuteMs) {
    const parts = Object.fromEntries(format.formatToParts(at).map((p) => [p.type, p.value]));
    const weekday = names.indexOf(parts['weekday'] ?? '') + 1;
    const minute = Number(parts['hour']) * 60 + Number(parts['minute']);
    const yesterday = weekday === 1 ? 7 : weekday - 1;
    const isOpen = hours.some(({ weekdays, from, to }) => {
      const start = minutesOf(from);
      const end = minutesOf(to);
      if (end > start) return weekdays.includes(weekday) && minute >= start && minute < end;
      return (
        (weekdays.includes(weekday) && minute >= start) ||
        (weekdays.includes(yesterday) && minute < end)
      );
    });
    if (isOpen) open++;
  }
  return open;
}

test('a site without opening hours is always open', () => {
  const range = { from: 1_000, to: 5_000 };
  assert.equal(expectedMs(range, { timeZone: 'Europe/Berlin', openingHours: [] }), 4_000);
});

test('hours are read on the wall clock of the site', () => {
  const openingHours = [{ weekdays: everyDay, from: '09:00', to: '18:00' }];
  assert.deepEqual(openRanges(day('2026-01-15T00:00Z'), 'America/New_York', openingHours), [
    { from: Date.parse('2026-01-15T14:00Z'), to: Date.parse('2026-01-15T23:00Z') },
  ]);
});

test('the night on which clocks go forward is an hour shorter, the other an hour longer', () => {
  const openingHours = [{ weekdays: everyDay, from: '00:00', to: '06:00' }];
  const nightOf = (iso: string): number =>
    expectedMs({ from: Date.parse(iso), to: Date.parse(iso) + 12 * hourMs }, times);
  const times = { timeZone: 'Europe/Berlin', openingHours };
  assert.equal(nightOf('2026-03-28T20:00Z'), 5 * hourMs);
  assert.equal(nightOf('2026-10-24T20:00Z'), 7 * hourMs);
  assert.equal(nightOf('2026-07-10T20:00Z'), 6 * hourMs);
});

test('hours that lie in the hour left out do not exist that day', () => {
  const openingHours = [{ weekdays: everyDay, from: '02:15', to: '02:45' }];
  const times = { timeZone: 'Europe/Berlin', openingHours };
  assert.equal(expectedMs(day('2026-03-28T20:00Z'), times), 0);
  assert.equal(expectedMs(day('2026-10-24T20:00Z'), times), 60 * minuteMs);
});

test('hours that end before they begin reach into the next day', () => {
  const openingHours = [{ weekdays: [5], from: '22:00', to: '03:00' }];
  const range = { from: Date.parse('2026-01-12T00:00Z'), to: Date.parse('2026-01-19T00:00Z') };
  assert.deepEqual(openRanges(range, 'UTC', openingHours), [
    { from: Date.parse('2026-01-16T22:00Z'), to: Date.parse('2026-01-17T03:00Z') },
  ]);
});

test('entries that overlap count once, and a camera only within both its schedule and the hours', () => {
  const openingHours = [
    { weekdays: everyDay, from: '08:00', to: '12:00' },
    { weekdays: everyDay, from: '11:00', to: '16:00' },
  ];
  const schedule = [{ weekdays: everyDay, from: '10:00', to: '20:00' }];
  const range = day('2026-01-15T00:00Z');
  assert.equal(expectedMs(range, { timeZone: 'UTC', openingHours }), 8 * hourMs);
  assert.equal(expectedMs(range, { timeZone: 'UTC', openingHours, schedule }), 6 * hourMs);
});

test('an unknown time zone is told apart', () => {
  assert.equal(isTimeZone('Europe/Berlin'), true);
  assert.equal(isTimeZone('Europe/Bärlin'), false);
});

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const openingHours = fc.array(
  fc.record({
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    from: clock,
    to: fc.oneof(clock, fc.constant('24:00')),
  }),
  { minLength: 1, maxLength: 4 },
);
/** Whole minutes around a change of clocks, or anywhere. */
const range = fc
  .tuple(
    fc.constantFrom(
      '2026-03-29T00:00Z',
      '2026-10-25T00:00Z',
      '2026-03-08T06:00Z',
      '2026-04-04T15:00Z',
    ),
    fc.integer({ min: -2_000, max: 2_000 }),
    fc.integer({ min: 1, max: 3_000 }),
  )
  .map(([iso, shift, length]) => {
    const from = Date.parse(iso) + shift * minuteMs;
    return { from, to: from + length * minuteMs };
  });

test('agrees with asking the wall clock at each minute', () => {
  fc.assert(
    fc.property(range, fc.constantFrom(...zones), openingHours, (span, timeZone, hours) => {
      const expected = openMinutes(span, timeZone, hours) * minuteMs;
      assert.equal(expectedMs(span, { timeZone, openingHours: hours }), expected);
    }),
    { numRuns: 60 },
  );
});

test('a range cut in two expects as much as the whole', () => {
  fc.assert(
    fc.property(
      range,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom(...zones),
      openingHours,
      openingHours,
      (span, share, timeZone, hours, schedule) => {
        const times = { timeZone, openingHours: hours, schedule };
        const cut = span.from + Math.floor((span.to - span.from) * share);
        const parts =
          expectedMs({ from: span.from, to: cut }, times) +
          expectedMs({ from: cut, to: span.to }, times);
        assert.equal(parts, expectedMs(span, times));
        for (const part of expectedRanges(span, times)) {
          assert.ok(part.from >= span.from && part.to <= span.to && part.from < part.to);
        }
      },
    ),
  );
});
