import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Watchdog } from '../../src/ports.ts';

export interface WatchdogBench {
  readonly watchdog: Watchdog;
  isArmed(): Promise<boolean>;
  meals(): Promise<number>;
  /** From now on there is none to be had. */
  takeAway(): Promise<void>;
}

/** What every `Watchdog` does; the fake and each adapter run it. */
export function describeWatchdog(name: string, newBench: () => Promise<WatchdogBench>): void {
  describe(`${name} as a Watchdog`, () => {
    it('is armed from start to stop, and eats what it is given in between', async () => {
      const { watchdog, isArmed, meals } = await newBench();
      watchdog.feed();
      assert.equal(await meals(), 0);
      assert.equal(await watchdog.start(), true);
      assert.ok(await isArmed());
      const before = await meals();
      watchdog.feed();
      watchdog.feed();
      assert.equal((await meals()) - before, 2);
      await watchdog.stop();
      assert.ok(!(await isArmed()));
      watchdog.feed();
      assert.ok(!(await isArmed()));
    });

    it('starts again after a stop', async () => {
      const { watchdog, isArmed } = await newBench();
      await watchdog.start();
      await watchdog.stop();
      assert.equal(await watchdog.start(), true);
      assert.ok(await isArmed());
      await watchdog.stop();
    });

    it('says that there is none, and does nothing', async () => {
      const { watchdog, isArmed, takeAway } = await newBench();
      await takeAway();
      assert.equal(await watchdog.start(), false);
      watchdog.feed();
      await watchdog.stop();
      await watchdog.stop();
      assert.ok(!(await isArmed()));
    });
  });
}
