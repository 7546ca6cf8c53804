import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AdaptiveRate } from '../../src/pipeline/adaptive-rate.ts';

describe('AdaptiveRate', () => {
  it('keeps the rate that was asked for while analyses are short', () => {
    const rate = new AdaptiveRate({ framesPerSecond: 5 });
    assert.equal(rate.intervalMs, 200);
    for (let count = 0; count < 50; count += 1) rate.note(40);
    assert.equal(rate.intervalMs, 200);
  });

  it('stretches the interval to twice the length of an analysis, and recovers', () => {
    const rate = new AdaptiveRate({ framesPerSecond: 5 });
    for (let count = 0; count < 50; count += 1) rate.note(300);
    assert.ok(Math.abs(rate.intervalMs - 600) < 1);
    for (let count = 0; count < 50; count += 1) rate.note(20);
    assert.equal(rate.intervalMs, 200);
  });

  it('draws nothing from the first, cold analysis', () => {
    const rate = new AdaptiveRate({ framesPerSecond: 5 });
    rate.note(3_000);
    assert.deepEqual([rate.intervalMs, rate.slowdown], [200, undefined]);
    rate.note(300);
    assert.deepEqual([rate.intervalMs, rate.slowdown], [600, 'late']);
  });

  it('is over one analysis in seconds that took an hour, with a sleep of the machine in it', () => {
    const rate = new AdaptiveRate({ framesPerSecond: 5 });
    for (let count = 0; count < 10; count += 1) rate.note(40);
    rate.note(3_600_000);
    let waitedMs = 0;
    while (rate.slowdown !== undefined) {
      waitedMs += rate.intervalMs;
      rate.note(40);
    }
    assert.ok(waitedMs < 10_000, `${waitedMs} ms`);
  });

  it('stretches the interval on a hot processor, more with each degree, and says why', () => {
    const rate = new AdaptiveRate({ framesPerSecond: 5 });
    rate.note(40);
    rate.noteTemperature(75);
    assert.deepEqual([rate.intervalMs, rate.slowdown], [200, undefined]);
    rate.noteTemperature(77.5);
    assert.deepEqual([rate.intervalMs, rate.slowdown], [400, 'hot']);
    rate.noteTemperature(80);
    assert.deepEqual([rate.intervalMs, rate.slowdown], [800, 'hot']);
    rate.noteTemperature(95);
    assert.equal(rate.intervalMs, 2_000);
    for (let count = 0; count < 50; count += 1) rate.note(300);
    rate.noteTemperature(76);
    assert.deepEqual([Math.round(rate.intervalMs), rate.slowdown], [600, 'late']);
    rate.noteTemperature(undefined);
    for (let count = 0; count < 50; count += 1) rate.note(20);
    assert.deepEqual([rate.intervalMs, rate.slowdown], [200, undefined]);
  });

  it('never looks less often than each 2 s, unless that is what was asked for', () => {
    const rate = new AdaptiveRate({ framesPerSecond: 5 });
    for (let count = 0; count < 2; count += 1) rate.note(60_000);
    assert.equal(rate.intervalMs, 2_000);
    assert.equal(new AdaptiveRate({ framesPerSecond: 0.25 }).intervalMs, 4_000);
  });
});
