import assert from 'node:assert/strict';
import test from 'node:test';
import { backoffDelays } from '../../src/publish/backoff.ts';

function first(delays: Generator<number, never>, count: number): number[] {
  return Array.from({ length: count }, () => delays.next().value);
}

test('doubles its bound up to the limit, with full jitter below it', () => {
  const bounds = backoffDelays({ baseMs: 100, maxMs: 1_000, random: () => 0.999_999 });
  assert.deepEqual(first(bounds, 6), [100, 200, 400, 800, 1_000, 1_000]);
  const lows = backoffDelays({ baseMs: 100, maxMs: 1_000, random: () => 0 });
  assert.deepEqual(first(lows, 3), [0, 0, 0]);
});
