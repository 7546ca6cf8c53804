import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { FlushPacer } from '../src/flush-pacer.ts';

function after(
  pacer: FlushPacer,
  times: number,
  durationMs: number,
  sincePreviousMs: number,
): number {
  for (let i = 0; i < times; i++) pacer.observe({ durationMs, sincePreviousMs, isFull: false });
  return pacer.intervalMs();
}

suite('flush pacer', () => {
  test('starts short, stretches up to 5 s while writing takes most of the time, and comes back', () => {
    const pacer = new FlushPacer();
    assert.equal(pacer.intervalMs(), 200);
    assert.ok(after(pacer, 8, 90, 10) > 200);
    assert.equal(after(pacer, 80, 90, 10), 5_000);
    assert.equal(after(pacer, 150, 5, 500), 200);
  });

  test('stays where writing takes a moderate share', () => {
    const pacer = new FlushPacer();
    after(pacer, 10, 90, 10);
    const settled = after(pacer, 40, 70, 30);
    assert.ok(settled > 200);
    assert.equal(after(pacer, 20, 70, 30), settled);
  });

  test('is not misled by partitions whose batches follow each other at once', () => {
    const pacer = new FlushPacer();
    for (let burst = 0; burst < 40; burst++) {
      pacer.observe({ durationMs: 5, sincePreviousMs: 140, isFull: false });
      after(pacer, 11, 5, 0);
    }
    assert.equal(pacer.intervalMs(), 200);
  });

  test('does not wait while a backlog fills the batches', () => {
    const pacer = new FlushPacer();
    after(pacer, 40, 90, 10);
    pacer.observe({ durationMs: 90, sincePreviousMs: 0, isFull: true });
    assert.equal(pacer.intervalMs(), 200);
  });
});
