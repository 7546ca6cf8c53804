import { setTimeout as delay } from 'node:timers/promises';

/** Resolves once the condition holds; rejects after `limitMs`. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`not within ${limitMs} ms: ${String(condition)}`);
    await delay(5);
  }
}
