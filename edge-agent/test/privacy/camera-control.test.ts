import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { CameraControl } from '../../src/privacy/camera-control.ts';
import { FakeFrameSource, FakePrivacySwitch } from '../fakes.ts';
import { paintedFrame } from '../painted-frame.ts';

function newBench({ isOn = false } = {}) {
  const source = new FakeFrameSource();
  const privacySwitch = new FakePrivacySwitch();
  privacySwitch.isOn = isOn;
  const said: string[] = [];
  const camera = new CameraControl({
    source,
    privacySwitch,
    events: {
      onFrame: () => said.push('frame'),
      onState: (state) => said.push(state),
    },
    onSwitch: (isPaused) => said.push(isPaused ? 'paused' : 'resumed'),
    nowMs: () => 0,
    logger: silentLogger(),
  });
  return { source, privacySwitch, said, camera };
}

/** Whatever was waiting has run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const frame = paintedFrame({ seed: 1, capturedAtMs: 0 });

describe('CameraControl', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('stops the camera within 200 ms of the switch, and opens it again', async () => {
    const { source, privacySwitch, said, camera } = newBench();
    await camera.start();
    privacySwitch.turn(true);
    assert.equal(camera.isPaused, true);
    assert.deepEqual(source.calls, ['start', 'stop within 200'], 'in the very same turn');
    await settled();
    privacySwitch.turn(false);
    await settled();
    await camera.stop();
    assert.deepEqual(source.calls, ['start', 'stop within 200', 'start', 'stop']);
    assert.deepEqual(said, ['paused', 'resumed']);
  });

  it('never opens the camera while the switch is on from the start', async () => {
    const { source, said, camera } = newBench({ isOn: true });
    await camera.start();
    await camera.stop();
    assert.deepEqual(source.calls, []);
    assert.deepEqual(said, ['paused']);
  });

  it('lets no frame and no state through from the moment of the switch', async () => {
    const { source, privacySwitch, said, camera } = newBench();
    await camera.start();
    const { events } = source;
    events?.onFrame(frame);
    privacySwitch.turn(true);
    events?.onFrame(frame);
    events?.onState('lost', 'It was killed.');
    assert.deepEqual(said, ['frame', 'paused']);
  });

  it('follows the last position where the switch is faster than the camera', async () => {
    const { source, privacySwitch, camera } = newBench();
    await camera.start();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    source.gate = promise.then(() => undefined);
    for (const isOn of [true, false, true, false, true]) privacySwitch.turn(isOn);
    await settled();
    resolve(undefined);
    await settled();
    assert.deepEqual(source.calls, ['start', 'stop within 200']);
    assert.equal(source.events, undefined);
  });

  it('closes a camera that was being opened when the switch was turned', async () => {
    const { source, privacySwitch, camera } = newBench();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    source.gate = promise.then(() => undefined);
    const started = camera.start();
    await settled();
    privacySwitch.turn(true);
    resolve(undefined);
    await started;
    await settled();
    assert.deepEqual(source.calls, ['start', 'stop within 200']);
  });

  it('tries again where the camera does not open after a pause, and says that it is lost', async () => {
    const { source, privacySwitch, said, camera } = newBench();
    await camera.start();
    privacySwitch.turn(true);
    await settled();
    source.fails = true;
    privacySwitch.turn(false);
    await settled();
    assert.deepEqual(said, ['paused', 'resumed', 'lost']);
    source.fails = false;
    mock.timers.tick(10_000);
    await settled();
    assert.deepEqual(source.calls, ['start', 'stop within 200', 'start', 'start']);
    assert.notEqual(source.events, undefined);
    await camera.stop();
  });

  it('opens no camera where the switch cannot be read', async () => {
    const { source, privacySwitch, camera } = newBench();
    privacySwitch.start = async () => Promise.reject(new Error('no GPIO'));
    await assert.rejects(camera.start(), /no GPIO/);
    assert.deepEqual(source.calls, []);
  });
});
