import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Waits until the condition holds; fails after `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > endMs) assert.fail('the condition did not come true in time');
    await delay(5);
  }
}
