import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import { StatusIndicator } from '../../src/health/status-indicator.ts';
import type { CameraState } from '../../src/ports.ts';
import { FakeStatusLight } from '../fakes.ts';

beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
afterEach(() => mock.timers.reset());

it('shows what concerns people first, then what is wrong, and is dark after the end', async () => {
  const light = new FakeStatusLight();
  let camera: CameraState | undefined;
  let isConnected = false;
  const indicator = new StatusIndicator({
    light,
    cameraState: () => camera,
    isConnected: () => isConnected,
  });
  await indicator.start();
  assert.equal(light.shown, 'starting');
  const cases = [
    ['ok', true, 'ok'],
    ['ok', false, 'offline'],
    ['covered', false, 'blind'],
    ['dark', true, 'blind'],
    ['frozen', true, 'blind'],
    ['lost', true, 'blind'],
    ['paused', false, 'paused'],
    ['paused', true, 'paused'],
  ] as const;
  for (const [cameraState, connected, pattern] of cases) {
    camera = cameraState;
    isConnected = connected;
    mock.timers.tick(250);
    assert.equal(light.shown, pattern, cameraState);
  }
  await indicator.stop();
  mock.timers.tick(250);
  assert.equal(light.shown, 'dark');
});
