import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatOpeningHours, parseOpeningHours } from '../src/opening-hours-text.ts';

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const entry = fc.record(
  {
    weekdays: fc
      .uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })
      .map((days) => days.sort((a, b) => a - b)),
    from: clock,
    to: fc.oneof(clock, fc.constant('24:00')),
  },
  { noNullPrototype: true },
);

test('reads days, ranges of days and lists of them', () => {
  assert.deepEqual(parseOpeningHours('mon-fri 09:00-18:00; sat,sun 10:00 - 16:00;'), [
    { weekdays: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' },
    { weekdays: [6, 7], from: '10:00', to: '16:00' },
  ]);
  assert.deepEqual(parseOpeningHours('Daily 00:00-24:00'), [
    { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' },
  ]);
  assert.deepEqual(parseOpeningHours('fri-mon 20:00-02:00')[0]?.weekdays, [1, 5, 6, 7]);
});

test('nothing means always', () => {
  assert.deepEqual(parseOpeningHours(' '), []);
});

test('refuses what it can not read, naming it', () => {
  for (const text of [
    'weekdays 9-5',
    'mon 9:00-18:00',
    'mon 09:00-25:00',
    'mon-tue-wed 09:00-10:00',
  ]) {
    assert.throws(
      () => parseOpeningHours(`sun 10:00-11:00; ${text}`),
      (error: unknown) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, new RegExp(`^Hours "${text}" can't be read`));
        return true;
      },
    );
  }
});

test('what is formatted reads back as it was', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 5 }), (hours) => {
      assert.deepEqual(parseOpeningHours(formatOpeningHours(hours)), hours);
    }),
  );
});
