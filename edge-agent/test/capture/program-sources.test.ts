import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { ffmpegFrameSource } from '../../src/capture/ffmpeg-frame-source.ts';
import { rpicamFrameSource } from '../../src/capture/rpicam-frame-source.ts';
import type { FrameSource } from '../../src/ports.ts';
import { describeFrameSource } from '../contracts/frame-source.ts';
import { until } from '../until.ts';
import { fakeProgram } from './fake-program.ts';

const picture = { width: 64, height: 48, framesPerSecond: 50 };

describe('cameras behind a program', () => {
  let directory = '';
  let source: FrameSource | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'program-sources-'));
  });
  afterEach(async () => {
    await source?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function capture(from: FrameSource): Promise<void> {
    source = from;
    let frames = 0;
    await from.start({ onFrame: () => (frames += 1), onState: () => undefined });
    await until(() => frames >= 3);
  }

  it('asks rpicam-vid for endless raw pictures of that size on its output', async () => {
    const program = await fakeProgram({ directory, name: 'rpicam-vid', mode: 'frames' });
    const { command } = program;
    await capture(rpicamFrameSource({ camera: 1, ...picture, logger: silentLogger(), command }));
    const [args] = await program.runs();
    const expected = '--camera 1 --width 64 --height 48 --framerate 50 --timeout 0 --codec yuv420';
    assert.ok(args!.join(' ').includes(`${expected} --output -`), args!.join(' '));
  });

  it('asks ffmpeg for raw pictures of that size on its output', async () => {
    const program = await fakeProgram({ directory, name: 'ffmpeg', mode: 'frames' });
    const { command } = program;
    const location = '/dev/video0';
    await capture(
      ffmpegFrameSource({ input: 'v4l2', location, ...picture, logger: silentLogger(), command }),
    );
    const [args] = await program.runs();
    assert.match(args!.join(' '), /-i \/dev\/video0 .*scale=64:48:.* -f rawvideo pipe:1$/);
  });
});

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
if (!hasFfmpeg) it('plays a film with the real ffmpeg', { skip: 'ffmpeg is not installed' });
else {
  describeFrameSource('the real ffmpeg', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'real-ffmpeg-'));
    const location = path.join(directory, 'film.avi');
    const film = 'testsrc=size=320x240:rate=25:duration=1';
    const made = spawnSync('ffmpeg', ['-f', 'lavfi', '-i', film, '-c:v', 'mjpeg', location]);
    assert.equal(made.status, 0, made.stderr.toString());
    return {
      source: ffmpegFrameSource({ input: 'file', location, ...picture, logger: silentLogger() }),
      tidyUp: () => rm(directory, { recursive: true, force: true }),
    };
  });
}
