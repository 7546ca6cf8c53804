import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { StatusLight, StatusPattern } from '../../src/ports.ts';

export interface StatusLightBench {
  readonly light: StatusLight;
  /** What a person beside the camera sees from now on; timers are mocked. */
  see(): StatusPattern | 'dark' | undefined;
}

const patterns: readonly StatusPattern[] = ['starting', 'ok', 'blind', 'offline', 'paused'];

/** What every `StatusLight` does; the fake and each adapter run it. */
export function describeStatusLight(name: string, newBench: () => StatusLightBench): void {
  describe(`${name} as a StatusLight`, () => {
    beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
    afterEach(() => mock.timers.reset());

    it('shows each pattern until the next one', async () => {
      const { light, see } = newBench();
      await light.start();
      for (const pattern of [...patterns, ...patterns.toReversed()]) {
        light.show(pattern);
        assert.equal(see(), pattern);
        light.show(pattern);
        assert.equal(see(), pattern);
      }
      await light.stop();
    });

    it('is dark before it starts and after it stops', async () => {
      const { light, see } = newBench();
      light.show('ok');
      assert.equal(see(), 'dark');
      await light.start();
      light.show('starting');
      await light.stop();
      await light.stop();
      assert.equal(see(), 'dark');
    });
  });
}
