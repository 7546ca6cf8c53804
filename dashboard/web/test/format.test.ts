import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  formatAge,
  formatBytes,
  formatClockSeconds,
  formatCount,
  formatDuration,
  formatLongSpan,
  formatPlural,
  formatScore,
  formatShare,
  formatSpan,
  shareOf,
} from '../src/format.ts';

suite('formats', () => {
  test('group digits and say when a number is unknown', () => {
    assert.equal(formatCount(1234567), '1,234,567');
    assert.equal(formatCount(null), '–');
    assert.equal(formatScore(0.345), '0.34');
    assert.equal(formatScore(null), '–');
    assert.equal(formatPlural(1, 'camera'), '1 camera');
    assert.equal(formatPlural(1200, 'record'), '1,200 records');
  });

  test('never round a share to nothing or to all of it', () => {
    assert.equal(formatShare(0), '0 %');
    assert.equal(formatShare(0.0004), '<1 %');
    assert.equal(formatShare(0.9996), '>99 %');
    assert.equal(formatShare(1), '100 %');
    assert.equal(formatShare(null), '–');
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (share) => {
        assert.ok(!['0 %', '100 %'].includes(formatShare(share)));
      }),
    );
  });

  test('take no share of nothing and no share above all', () => {
    assert.equal(shareOf(1, 0), null);
    assert.equal(shareOf(1, 4), 0.25);
    assert.equal(shareOf(5, 4), 1);
  });

  test('name a duration by its two largest units', () => {
    const durations = [0, 499, 38_000, 60_000, 252_000, 59_999_600, 183_600_000];
    assert.deepEqual(
      durations.map((durationMs) => formatDuration(durationMs)),
      ['0 s', '0 s', '38 s', '1 min', '4 min 12 s', '16 h 40 min', '2 d 3 h'],
    );
  });

  test('name an age by one unit', () => {
    const ages = [0, 4_999, 42_000, 200_000, 5 * 3_600_000, 3 * 86_400_000];
    assert.deepEqual(
      ages.map((ageMs) => formatAge(ageMs)),
      ['just now', 'just now', '42 s ago', '3 min ago', '5 h ago', '3 d ago'],
    );
  });

  test('give bytes a unit', () => {
    const sizes = [12, 4_000, 239_600_000, 1_500_000_000];
    assert.deepEqual(
      sizes.map((bytes) => formatBytes(bytes)),
      ['12 B', '4.0 kB', '239.6 MB', '1.50 GB'],
    );
  });

  test('write times in the zone that they are given', () => {
    const span = {
      fromMs: Date.parse('2026-03-01T22:30:00Z'),
      toMs: Date.parse('2026-03-01T23:30:00Z'),
    };
    assert.equal(formatSpan(span, 'UTC'), '1 Mar, 22:30 to 23:30');
    assert.equal(formatSpan(span, 'Europe/Berlin'), '1 Mar, 23:30 to 2 Mar, 00:30');
    assert.equal(formatLongSpan(span, 'UTC'), '1 Mar 2026, 22:30 to 23:30');
    assert.equal(formatLongSpan(span, 'Europe/Berlin'), '1 Mar 2026, 23:30 to 2 Mar 2026, 00:30');
    assert.equal(formatClockSeconds(span.fromMs, 'UTC'), '22:30:00');
  });
});
