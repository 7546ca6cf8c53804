import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { lightPatterns } from '../../src/gpio/light-patterns.ts';
import { OnoffStatusLight } from '../../src/gpio/onoff-status-light.ts';
import type { StatusPattern } from '../../src/ports.ts';
import { describeStatusLight } from '../contracts/status-light.ts';
import { FakeOnoff, pi5Sysfs } from './fake-onoff.ts';

const sysfsRoot = await pi5Sysfs();
const stepMs = 50;

function newLight() {
  const onoff = new FakeOnoff();
  const light = new OnoffStatusLight({
    pin: 17,
    sysfsRoot,
    load: onoff.load,
    logger: silentLogger(),
  });
  return { onoff, light };
}

/** The levels of 10 s, one each 50 ms. */
function watch(onoff: FakeOnoff): string {
  const levels = Array.from({ length: 200 }, () => {
    const level = onoff.level;
    mock.timers.tick(stepMs);
    return level;
  });
  return levels.join('');
}

/** The pattern that these levels are a part of, wherever they begin. */
function recognise(levels: string): StatusPattern | 'dark' | undefined {
  if (/^0+$/.test(levels)) return 'dark';
  const names = Object.keys(lightPatterns) as StatusPattern[];
  return names.find((name) => {
    const cycle = lightPatterns[name]
      .map((durationMs, index) => String((index + 1) % 2).repeat(durationMs / stepMs))
      .join('');
    return cycle.repeat(Math.ceil((levels.length * 2) / cycle.length)).includes(levels);
  });
}

describeStatusLight('OnoffStatusLight', () => {
  const { onoff, light } = newLight();
  return { light, see: () => recognise(watch(onoff)) };
});

describe('OnoffStatusLight', () => {
  it('drives the pin at the number that the kernel gave it, and gives it back', async () => {
    const { onoff, light } = newLight();
    await light.start();
    assert.equal(onoff.opened, '588 low');
    await light.stop();
    assert.equal(onoff.opened, undefined);
  });

  it('goes on with a pattern that it is told to show again and again', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const { onoff, light } = newLight();
    await light.start();
    const again = setInterval(() => light.show('offline'), 250);
    light.show('offline');
    assert.equal(recognise(watch(onoff)), 'offline');
    clearInterval(again);
    await light.stop();
    mock.timers.reset();
  });

  it('lets the agent go on when the light fails', async () => {
    const { onoff, light } = newLight();
    await light.start();
    onoff.fault = new Error('EIO');
    light.show('ok');
    light.show('blind');
    await light.stop();
  });
});
