import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTime, parseRange } from '../../src/queries/query-range.ts';

const parse = (from: string, to: string) => {
  const range = parseRange({ from, to });
  return [isoTime(range.from), isoTime(range.to)];
};

test('widens to whole minutes', () => {
  assert.deepEqual(parse('2026-03-01T09:00:59.999Z', '2026-03-01T10:00:00.001Z'), [
    '2026-03-01T09:00:00.000Z',
    '2026-03-01T10:01:00.000Z',
  ]);
});

test('reads offsets', () => {
  assert.deepEqual(parse('2026-03-01T09:00:00+01:00', '2026-03-01T09:00:00Z'), [
    '2026-03-01T08:00:00.000Z',
    '2026-03-01T09:00:00.000Z',
  ]);
});

test('refuses what is empty, reversed, too long or no time', () => {
  const at = '2026-03-01T09:00:00Z';
  assert.throws(() => parse(at, at), { code: 'bad_range' });
  assert.throws(() => parse(at, '2026-03-01T08:00:00Z'), { code: 'bad_range' });
  assert.throws(() => parse(at, '2027-04-06T09:00:00Z'), { code: 'range_too_long' });
  assert.throws(() => parse(at, 'tomorrow'), { code: 'bad_range', message: /"to"/ });
});
