import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PrivacySwitch } from '../../src/ports.ts';
import { until } from '../until.ts';

export interface PrivacySwitchBench {
  readonly privacySwitch: PrivacySwitch;
  /** A person turns the switch. */
  turn(isOn: boolean): void;
}

/** What every `PrivacySwitch` does; the fake and each adapter run it. */
export function describePrivacySwitch(name: string, newBench: () => PrivacySwitchBench): void {
  async function started(isOn: boolean) {
    const bench = newBench();
    bench.turn(isOn);
    const positions: boolean[] = [];
    await bench.privacySwitch.start((position) => positions.push(position));
    return { ...bench, positions };
  }

  describe(`${name} as a PrivacySwitch`, () => {
    it('says its position before it has started', async () => {
      for (const isOn of [false, true]) {
        const { privacySwitch, positions } = await started(isOn);
        assert.deepEqual(positions, [isOn]);
        await privacySwitch.stop();
      }
    });

    it('says at once that it was turned on, and soon that it was turned off', async () => {
      const { privacySwitch, positions, turn } = await started(false);
      turn(true);
      assert.equal(positions.at(-1), true);
      turn(false);
      await until(() => positions.at(-1) === false);
      await privacySwitch.stop();
    });

    it('says nothing after it has stopped, and stops twice', async () => {
      const { privacySwitch, positions, turn } = await started(true);
      turn(false);
      await privacySwitch.stop();
      await privacySwitch.stop();
      const count = positions.length;
      turn(true);
      assert.equal(positions.length, count);
    });
  });
}
