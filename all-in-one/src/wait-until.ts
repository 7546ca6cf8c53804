import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '@emotion-fleet/service';

/** Asks again and again until the answer is true. @throws CodedError `not_ready` after `limitMs` */
export async function waitUntil(
  what: string,
  condition: () => Promise<boolean>,
  limitMs: number,
): Promise<void> {
  const giveUpAt = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) {
      throw new CodedError('not_ready', `Not ready within ${limitMs / 1_000} s: ${what}.`);
    }
    await delay(100);
  }
}
