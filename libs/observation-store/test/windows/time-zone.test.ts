import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantOffsets, hourMs, minuteMs, zoneOffsetMs } from '@emotion-fleet/observation-store';

test('offsets are positive to the east, with half hours, and follow the season', () => {
  const winter = Date.parse('2026-01-15T12:00Z');
  const summer = Date.parse('2026-07-15T12:00Z');
  assert.equal(zoneOffsetMs(winter, 'UTC'), 0);
  assert.equal(zoneOffsetMs(winter, 'Europe/Berlin'), hourMs);
  assert.equal(zoneOffsetMs(summer, 'Europe/Berlin'), 2 * hourMs);
  assert.equal(zoneOffsetMs(winter, 'America/New_York'), -5 * hourMs);
  assert.equal(zoneOffsetMs(winter, 'Asia/Kolkata'), 5.5 * hourMs);
  assert.equal(zoneOffsetMs(summer, 'America/St_Johns'), -2.5 * hourMs);
});

test('a year is cut at its two changes, to the minute', () => {
  const range = { from: Date.parse('2026-01-01T00:00Z') + 1, to: Date.parse('2027-01-01T00:00Z') };
  const spring = Date.parse('2026-03-29T01:00Z');
  const autumn = Date.parse('2026-10-25T01:00Z');
  assert.deepEqual(constantOffsets(range, 'Europe/Berlin'), [
    { from: range.from, to: spring, offsetMs: hourMs },
    { from: spring, to: autumn, offsetMs: 2 * hourMs },
    { from: autumn, to: range.to, offsetMs: hourMs },
  ]);
});

test('a zone that moves by half an hour is cut, too', () => {
  const change = Date.parse('2026-04-04T15:00Z');
  const range = { from: change - minuteMs, to: change + minuteMs };
  assert.deepEqual(constantOffsets(range, 'Australia/Lord_Howe'), [
    { from: range.from, to: change, offsetMs: 11 * hourMs },
    { from: change, to: range.to, offsetMs: 10.5 * hourMs },
  ]);
});
