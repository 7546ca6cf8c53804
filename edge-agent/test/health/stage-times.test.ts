import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StageTimes } from '../../src/health/stage-times.ts';

describe('StageTimes', () => {
  it('takes the median of each stage and begins anew', async () => {
    let nowMs = 0;
    const times = new StageTimes({ nowMs: () => nowMs });
    for (const tookMs of [5, 100, 7, 9]) {
      await times.measure('detect', async () => (nowMs += tookMs));
    }
    assert.equal(times.takeMedian('classify'), undefined);
    assert.equal(times.takeMedian('detect'), 8);
    assert.equal(times.takeMedian('detect'), undefined);
  });

  it('looks at the newest 256 alone', async () => {
    let nowMs = 0;
    const times = new StageTimes({ nowMs: () => nowMs });
    for (let count = 0; count < 1_000; count += 1) {
      await times.measure('detect', async () => (nowMs += count < 744 ? 1_000 : 10));
    }
    assert.equal(times.takeMedian('detect'), 10);
  });

  it('does not count a step that fails', async () => {
    const times = new StageTimes({ nowMs: () => 0 });
    await assert.rejects(times.measure('detect', () => Promise.reject(new Error('broken'))));
    assert.equal(times.takeMedian('detect'), undefined);
  });
});
