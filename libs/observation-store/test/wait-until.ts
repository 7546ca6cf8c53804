import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until `condition` holds. @throws Error with `what` after `limitMs` */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  const until = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`waited in vain: ${what}`);
    await delay(50);
  }
}
