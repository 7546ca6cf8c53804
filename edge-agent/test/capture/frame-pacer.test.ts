import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FramePacer } from '../../src/capture/frame-pacer.ts';

describe('FramePacer', () => {
  it('takes every frame of a camera at its own rate, jitter included', () => {
    const pacer = new FramePacer({ framesPerSecond: 5 });
    const times = [0, 210, 395, 610, 790, 1_005, 1_190];
    assert.ok(times.every((timeMs) => pacer.accepts(timeMs)));
  });

  it('never takes many more than its rate allows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 200 }), (steps) => {
        const pacer = new FramePacer({ framesPerSecond: 10 });
        let nowMs = 0;
        const accepted = steps.filter((step) => pacer.accepts((nowMs += step))).length;
        assert.ok(accepted <= nowMs / 100 + 2);
      }),
    );
  });
});
