import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { rpicamFrameSource } from '../../src/capture/rpicam-frame-source.ts';
import { CameraControl } from '../../src/privacy/camera-control.ts';
import { fakeProgram, isAlive } from '../capture/fake-program.ts';
import { FakePrivacySwitch } from '../fakes.ts';
import { until } from '../until.ts';

describe('the camera process behind the privacy switch', () => {
  let directory = '';
  let camera: CameraControl | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'camera-process-'));
  });
  afterEach(async () => {
    await camera?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  for (const mode of ['frames', 'stubborn'] as const) {
    const what = mode === 'frames' ? 'obeys' : 'ignores';
    it(`is gone 200 ms after the switch where it ${what} SIGTERM, and comes back`, async (context) => {
      const program = await fakeProgram({ directory, name: 'rpicam-vid', mode });
      const picture = { width: 64, height: 48, framesPerSecond: 1_000 };
      const { command } = program;
      const logger = silentLogger();
      const privacySwitch = new FakePrivacySwitch();
      let frames = 0;
      camera = new CameraControl({
        source: rpicamFrameSource({ camera: 0, ...picture, logger, command }),
        privacySwitch,
        events: { onFrame: () => (frames += 1), onState: () => undefined },
        onSwitch: () => undefined,
        nowMs: () => performance.now(),
        logger,
      });
      await camera.start();
      for (let round = 1; round <= 3; round += 1) {
        frames = 0;
        await until(() => frames > 0);
        const pid = (await program.pids()).at(-1)!;
        assert.ok(isAlive(pid));
        const turnedAtMs = performance.now();
        privacySwitch.turn(true);
        await until(() => !isAlive(pid));
        const tookMs = performance.now() - turnedAtMs;
        context.diagnostic(`process gone after ${tookMs.toFixed(0)} ms`);
        assert.ok(tookMs < 200, `${tookMs} ms`);
        privacySwitch.turn(false);
        await until(async () => (await program.pids()).length === round + 1);
      }
    });
  }
});
