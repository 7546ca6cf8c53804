import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import type { CameraProgramOptions } from '../../src/capture/child-frame-source.ts';
import { ffmpegFrameSource } from '../../src/capture/ffmpeg-frame-source.ts';
import { raspicamFrameSource } from '../../src/capture/raspicam-frame-source.ts';
import { rpicamFrameSource } from '../../src/capture/rpicam-frame-source.ts';
import type { FrameSource } from '../../src/ports.ts';
import { CameraControl } from '../../src/privacy/camera-control.ts';
import { fakeProgram, isAlive } from '../capture/fake-program.ts';
import { FakePrivacySwitch } from '../fakes.ts';
import { until } from '../until.ts';

const promisedMs = 200;
/** What a program that ignores SIGTERM gets where nobody waits at a switch. */
const unpromisedMs = 3_000;
const picture = { width: 64, height: 48, framesPerSecond: 1_000 };

/** Each program that may hold a camera. */
const sources: readonly {
  readonly name: string;
  readonly sourceOf: (options: CameraProgramOptions) => FrameSource;
}[] = [
  { name: 'rpicam-vid', sourceOf: (options) => rpicamFrameSource({ camera: 0, ...options }) },
  {
    name: 'ffmpeg',
    sourceOf: (options) =>
      ffmpegFrameSource({ input: 'v4l2', location: '/dev/video0', ...options }),
  },
  { name: 'raspistill', sourceOf: raspicamFrameSource },
];

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

  for (const { name, sourceOf } of sources) {
    for (const mode of ['frames', 'stubborn'] as const) {
      const what = mode === 'frames' ? 'obeys' : 'ignores';
      it(`is gone 200 ms after the switch where ${name} ${what} SIGTERM, and comes back`, async (context) => {
        const program = await fakeProgram({ directory, name, mode });
        const logger = silentLogger();
        const privacySwitch = new FakePrivacySwitch();
        let frames = 0;
        camera = new CameraControl({
          source: sourceOf({ ...picture, logger, command: program.command }),
          privacySwitch,
          events: { onFrame: () => (frames += 1), onState: () => undefined },
          onSwitch: () => undefined,
          nowMs: () => performance.now(),
          logger,
        });
        await camera.start();
        const tookMs: number[] = [];
        for (let round = 1; round <= 3; round += 1) {
          frames = 0;
          await until(() => frames > 0);
          const pid = (await program.pids()).at(-1)!;
          assert.ok(isAlive(pid));
          const turnedAtMs = performance.now();
          privacySwitch.turn(true);
          await until(() => !isAlive(pid));
          tookMs.push(performance.now() - turnedAtMs);
          privacySwitch.turn(false);
          await until(async () => (await program.pids()).length === round + 1);
        }
        context.diagnostic(`process gone after ${tookMs.map(Math.round).join(', ')} ms`);
        // A machine that is busy elsewhere may be late once; a source that forgets the promise is late each time.
        assert.ok(Math.min(...tookMs) < promisedMs, `${tookMs.join(', ')} ms`);
        assert.ok(Math.max(...tookMs) < unpromisedMs / 2, `${tookMs.join(', ')} ms`);
      });
    }
  }
});
