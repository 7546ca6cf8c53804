import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { throttle } from '../../src/composables/throttle.ts';

/** A throttle on a clock that the test moves. */
function manualThrottle(everyMs: number) {
  let nowMs = 0;
  let waiting: { task: () => void; atMs: number } | undefined;
  const runs: number[] = [];
  const throttled = throttle({
    run: () => runs.push(nowMs),
    everyMs,
    now: () => nowMs,
    later: (task, delayMs) => {
      waiting = { task, atMs: nowMs + delayMs };
      return () => {
        waiting = undefined;
      };
    },
  });
  const moveTo = (toMs: number) => {
    while (waiting !== undefined && waiting.atMs <= toMs) {
      const { task, atMs } = waiting;
      waiting = undefined;
      nowMs = atMs;
      task();
    }
    nowMs = toMs;
  };
  return { throttled, runs, moveTo };
}

suite('throttle', () => {
  test('runs the first call at once and the last one at the end', () => {
    const { throttled, runs, moveTo } = manualThrottle(100);
    throttled.call();
    moveTo(10);
    throttled.call();
    throttled.call();
    moveTo(1_000);
    assert.deepEqual(runs, [0, 100]);
  });

  test('never runs more often than it may, and after the last call once more', () => {
    const times = fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, (callsMs) => {
        const { throttled, runs, moveTo } = manualThrottle(100);
        for (const atMs of callsMs.toSorted((a, b) => a - b)) {
          moveTo(atMs);
          throttled.call();
        }
        moveTo(10_000);
        for (const [index, atMs] of runs.entries()) {
          if (index > 0) assert.ok(atMs - runs[index - 1]! >= 100);
        }
        assert.ok(runs.at(-1)! >= Math.max(...callsMs));
      }),
    );
  });

  test('forgets a waiting run when it is stopped', () => {
    const { throttled, runs, moveTo } = manualThrottle(100);
    throttled.call();
    throttled.call();
    throttled.stop();
    moveTo(1_000);
    assert.deepEqual(runs, [0]);
  });
});
