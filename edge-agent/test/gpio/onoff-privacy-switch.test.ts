import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { OnoffPrivacySwitch } from '../../src/gpio/onoff-privacy-switch.ts';
import { describePrivacySwitch } from '../contracts/privacy-switch.ts';
import { FakeOnoff, pi5Sysfs } from './fake-onoff.ts';

const sysfsRoot = await pi5Sysfs();

for (const onLevel of ['high', 'low'] as const) {
  describePrivacySwitch(`OnoffPrivacySwitch (on is ${onLevel})`, () => {
    const { onoff, privacySwitch } = newSwitch(onLevel);
    return { privacySwitch, turn: (isOn) => onoff.setLevel(isOn === (onLevel === 'high') ? 1 : 0) };
  });
}

function newSwitch(onLevel: 'high' | 'low' = 'high') {
  const onoff = new FakeOnoff();
  const { load } = onoff;
  return { onoff, privacySwitch: new OnoffPrivacySwitch({ pin: 5, onLevel, sysfsRoot, load }) };
}

describe('OnoffPrivacySwitch', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  async function started() {
    const { onoff, privacySwitch } = newSwitch();
    const positions: boolean[] = [];
    await privacySwitch.start((isOn) => positions.push(isOn));
    return { onoff, privacySwitch, positions };
  }

  it('watches both edges of the pin at the number that the kernel gave it, and gives it back', async () => {
    const { onoff, privacySwitch } = await started();
    assert.equal(onoff.opened, '576 in both');
    await privacySwitch.stop();
    assert.equal(onoff.opened, undefined);
  });

  it('waits with "off" until the contacts have come to rest', async () => {
    const { onoff, positions } = await started();
    onoff.setLevel(1);
    for (let bounce = 0; bounce < 5; bounce += 1) {
      onoff.setLevel(0);
      mock.timers.tick(20);
      onoff.setLevel(1);
    }
    assert.ok(positions.slice(1).every((isOn) => isOn));
    onoff.setLevel(0);
    mock.timers.tick(49);
    assert.equal(positions.at(-1), true);
    mock.timers.tick(1);
    assert.equal(positions.at(-1), false);
  });

  it('says nothing after its stop, even if the contacts had just come to rest', async () => {
    const { onoff, privacySwitch, positions } = await started();
    onoff.setLevel(1);
    onoff.setLevel(0);
    await privacySwitch.stop();
    mock.timers.tick(50);
    assert.deepEqual(positions, [false, true]);
  });

  it('counts a pin that cannot be read as on', async () => {
    const { onoff, positions } = await started();
    onoff.fail(new Error('EIO'));
    assert.equal(positions.at(-1), true);
    onoff.fault = new Error('EIO');
    onoff.setLevel(0);
    mock.timers.tick(50);
    assert.equal(positions.at(-1), true);
  });

  it('says what is missing on a machine where it cannot work', async () => {
    const ignore = () => undefined;
    const closed = newSwitch();
    closed.onoff.accessible = false;
    await assert.rejects(closed.privacySwitch.start(ignore), {
      code: 'gpio_unavailable',
      message: /GPIO 5 can't be used.*group gpio/,
    });
    const busy = newSwitch();
    busy.onoff.fault = Object.assign(new Error('busy'), { code: 'EBUSY' });
    await assert.rejects(busy.privacySwitch.start(ignore), { message: /GPIO 5 .*\(EBUSY\)/ });
  });

  it('needs neither the package nor its native part before it starts', async () => {
    // This machine has no GPIO, and may lack the native part: either sentence tells what to do.
    const real = new OnoffPrivacySwitch({ pin: 5, onLevel: 'high', sysfsRoot });
    await assert.rejects(
      real.start(() => undefined),
      { code: 'gpio_unavailable', message: /npm rebuild epoll|group gpio/ },
    );
  });
});
