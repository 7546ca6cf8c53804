import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  describeZone,
  fromPickerMs,
  instantOfWall,
  toPickerMs,
  zoneOffsetMs,
} from '../../src/time/zone.ts';

const hourMs = 3_600_000;
const winter = Date.UTC(2026, 0, 15, 12);
const summer = Date.UTC(2026, 6, 15, 12);
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'];
const zone = fc.constantFrom(...zones);
const minute = fc
  .integer({ min: Date.UTC(2000, 0, 1) / 60_000, max: Date.UTC(2050, 0, 1) / 60_000 })
  .map((minutes) => minutes * 60_000);

suite('time zones', () => {
  test('knows what a zone is ahead of UTC, in winter and in summer', () => {
    assert.equal(zoneOffsetMs('UTC', winter), 0);
    assert.equal(zoneOffsetMs('Europe/Berlin', winter), hourMs);
    assert.equal(zoneOffsetMs('Europe/Berlin', summer), 2 * hourMs);
    assert.equal(zoneOffsetMs('America/New_York', winter), -5 * hourMs);
    assert.equal(zoneOffsetMs('Asia/Kolkata', winter + 123), 5.5 * hourMs);
  });

  test('finds an instant whose clocks show the wall time that it was given', () => {
    fc.assert(
      fc.property(zone, minute, (timeZone, atMs) => {
        const wallMs = atMs + zoneOffsetMs(timeZone, atMs);
        const found = instantOfWall(timeZone, wallMs);
        assert.equal(found + zoneOffsetMs(timeZone, found), wallMs);
      }),
    );
  });

  test('shows a picker the wall time of the site, and reads it back', () => {
    fc.assert(
      fc.property(zone, minute, (timeZone, atMs) => {
        const shown = toPickerMs(atMs, timeZone, 'UTC');
        assert.equal(shown, atMs + zoneOffsetMs(timeZone, atMs));
        const chosen = fromPickerMs(shown, timeZone, 'UTC');
        assert.equal(chosen + zoneOffsetMs(timeZone, chosen), shown);
      }),
    );
  });

  test('names a zone with its distance from UTC', () => {
    assert.equal(describeZone('UTC', winter), 'UTC');
    assert.equal(describeZone('Europe/Berlin', summer), 'Europe/Berlin (UTC+2)');
    assert.equal(describeZone('Asia/Kolkata', winter), 'Asia/Kolkata (UTC+5:30)');
    assert.equal(describeZone('America/New_York', winter), 'America/New_York (UTC−5)');
  });
});
