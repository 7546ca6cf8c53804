import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import {
  ffmpegFrameSource,
  type FfmpegFrameSourceOptions,
} from '../../src/capture/ffmpeg-frame-source.ts';
import { createFrameSource } from '../../src/capture/frame-source-factory.ts';
import { parseCameraUrl } from '../../src/capture/camera-url.ts';
import { rpicamFrameSource } from '../../src/capture/rpicam-frame-source.ts';
import type { Frame, FrameSource } from '../../src/ports.ts';
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

  for (const [name, address, size] of [
    ['rpicam-vid', 'rpicam:0?width=1280&height=720', '1280x720'],
    ['rpicam-vid', 'rpicam:0?width=640&height=480', '640x480'],
    ['ffmpeg', `${import.meta.filename}?width=1280&height=720`, '1280x720'],
    ['ffmpeg', 'rtsp://127.0.0.1/a?channel=1#width=320&height=240', '320x240'],
    ['ffmpeg', 'rtsp://127.0.0.1/a?channel=1', '640x480'],
  ] as const) {
    it(`cuts what ${name} writes into pictures of ${size}, for ${path.basename(address)}`, async () => {
      const [width, height] = size.split('x').map(Number);
      await fakeProgram({ directory, name, mode: 'frames' });
      const pathBefore = process.env['PATH'];
      process.env['PATH'] = `${directory}:${pathBefore}`;
      const camera = parseCameraUrl(address);
      source = createFrameSource({ camera, framesPerSecond: 50, logger: silentLogger() });
      const frames: Frame[] = [];
      await source.start({
        onFrame: (frame) => frames.push({ ...frame, data: frame.data.slice() }),
        onState: () => undefined,
      });
      process.env['PATH'] = pathBefore;
      await until(() => frames.length >= 3);
      for (const { data, ...frame } of frames) {
        assert.deepEqual([frame.width, frame.height], [width, height]);
        assert.equal(data.length, (width! * height! * 3) / 2);
        assert.ok(data.every((byte) => byte === data[0]));
      }
    });
  }

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

  describe('the real ffmpeg', () => {
    it('gives a film in the size that its address asks for', async (context) => {
      const directory = await mkdtemp(path.join(tmpdir(), 'real-ffmpeg-'));
      context.after(() => rm(directory, { recursive: true, force: true }));
      const film = path.join(directory, 'film.avi');
      const shown = 'testsrc=size=320x240:rate=25:duration=1';
      const made = spawnSync('ffmpeg', ['-f', 'lavfi', '-i', shown, '-c:v', 'mjpeg', film]);
      assert.equal(made.status, 0, made.stderr.toString());
      const camera = parseCameraUrl(`${film}?width=1280&height=720`);
      const source = createFrameSource({ camera, framesPerSecond: 5, logger: silentLogger() });
      let frame: Frame | undefined;
      await source.start({
        onFrame: (one) => (frame ??= { ...one, data: one.data.slice() }),
        onState: () => undefined,
      });
      await until(() => frame !== undefined, 20_000);
      await source.stop();
      const { width, height, data } = frame!;
      assert.deepEqual([width, height, data.length], [1_280, 720, (1_280 * 720 * 3) / 2]);
      // 4:3 in 16:9: black at the sides, the film between.
      const row = data.subarray(360 * 1_280, 361 * 1_280);
      assert.ok(row.subarray(0, 150).every((luma) => luma === 16));
      assert.ok(row.subarray(170, 1_110).some((luma) => luma > 60));
    });

    const supervision = { stallTimeoutMs: 2_000, retryFirstMs: 10, retryMostMs: 40 };

    async function statesOf(
      options: Pick<FfmpegFrameSourceOptions, 'input' | 'location'>,
      isEnough: (states: readonly string[]) => boolean,
    ): Promise<string[]> {
      const states: string[] = [];
      const logger = silentLogger();
      const source = ffmpegFrameSource({ ...options, ...picture, logger, supervision });
      await source.start({
        onFrame: () => states.push('a frame'),
        onState: (state, detail) => states.push(`${state}: ${detail}`),
      });
      await until(() => isEnough(states), 20_000);
      await source.stop();
      return states;
    }

    it('is started again after it met a file that is no film', async () => {
      const location = import.meta.filename;
      for (const state of await statesOf({ input: 'file', location }, ({ length }) => length > 1)) {
        assert.match(state, /^lost: ffmpeg ended \(code \d+\): /);
      }
    });

    it('is replaced while a network camera takes the connection and says nothing', async () => {
      const sockets = new Set<Socket>();
      const mute = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
      await once(mute.listen(0, '127.0.0.1'), 'listening');
      const { port } = mute.address() as AddressInfo;
      const location = `rtsp://user:secret@127.0.0.1:${port}/stream`;
      const states = await statesOf({ input: 'rtsp', location }, () => sockets.size >= 2);
      assert.ok(states.includes('lost: ffmpeg gave no picture for 2 s.'), states.join());
      assert.ok(!states.join().includes('secret'));
      for (const socket of sockets) socket.destroy();
      mute.close();
    });
  });
}
