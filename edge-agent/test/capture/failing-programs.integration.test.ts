import assert from 'node:assert/strict';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import type { ChildFrameSource, Supervision } from '../../src/capture/child-frame-source.ts';
import { ffmpegFrameSource } from '../../src/capture/ffmpeg-frame-source.ts';
import { raspicamFrameSource } from '../../src/capture/raspicam-frame-source.ts';
import { rpicamFrameSource } from '../../src/capture/rpicam-frame-source.ts';
import { until } from '../until.ts';
import { fakeProgram, isAlive, type FakeMode, type FakeProgram } from './fake-program.ts';

const picture = { width: 64, height: 48, framesPerSecond: 1_000, logger: silentLogger() };
/** A program takes longer to start on a busy machine than a moment; only silence is to end it. */
const supervision: Supervision = {
  ...{ random: () => 0, stallTimeoutMs: 2_000, killAfterMs: 100 },
  ...{ retryFirstMs: 10, retryMostMs: 40 },
};
const settings = { ...picture, supervision };
const ffmpeg = (input: 'v4l2' | 'rtsp' | 'file', location: string) => ({
  program: 'ffmpeg',
  make: () => ffmpegFrameSource({ ...settings, input, location }),
});

/** Each finds its program on the PATH, as on a Pi. */
const sources: Record<string, { program: string; make: () => ChildFrameSource }> = {
  'a camera module': {
    program: 'rpicam-vid',
    make: () => rpicamFrameSource({ ...settings, camera: 0 }),
  },
  'a camera module on an old system': {
    program: 'raspistill',
    make: () => raspicamFrameSource({ ...settings, command: 'raspistill' }),
  },
  'a USB camera': ffmpeg('v4l2', '/dev/video0'),
  'a network camera': ffmpeg('rtsp', 'rtsp://127.0.0.1/stream'),
  'a film': ffmpeg('file', 'film.mp4'),
};

for (const [name, { program: programName, make }] of Object.entries(sources)) {
  describe(`${name}, whose program fails`, () => {
    let directory = '';
    let source: ChildFrameSource | undefined;
    const pathBefore = process.env['PATH'];

    beforeEach(async () => {
      directory = await mkdtemp(path.join(tmpdir(), 'failing-programs-'));
    });
    afterEach(async () => {
      await source?.stop();
      process.env['PATH'] = pathBefore;
      await rm(directory, { recursive: true, force: true });
    });

    async function capture(mode: FakeMode, { isWrapped = false } = {}) {
      const program = await fakeProgram({ directory, name: programName, mode, isWrapped });
      process.env['PATH'] = `${directory}:${pathBefore}`;
      source = make();
      const lumas: number[] = [];
      const states: string[] = [];
      await source.start({
        onFrame: ({ data, width, height }) => {
          const luma = data.subarray(0, width * height);
          assert.ok(
            luma.every((byte) => Math.abs(byte - luma[0]!) < 3),
            'a frame is one picture',
          );
          lumas.push(luma[0]!);
        },
        onState: (state, detail) => states.push(`${state}: ${detail}`),
      });
      return { lumas, states, program, running: source };
    }

    async function filmsAgain(captured: { lumas: number[]; program: FakeProgram }): Promise<void> {
      const { lumas, program } = captured;
      await until(async () => (await program.runs()).length >= 2);
      const before = lumas.length;
      await until(() => lumas.length >= before + 3);
    }

    it('films again after it ended with half a picture, which nobody sees', async () => {
      const captured = await capture('half');
      await filmsAgain(captured);
      assert.ok(captured.lumas.every((luma) => luma < 90));
      assert.ok(captured.states.some((state) => /^lost: .*ended \(code 3\)/.test(state)));
    });

    it('starts it again and again, later each time, and says its last words', async () => {
      const { states, program } = await capture('dies');
      await until(async () => (await program.runs()).length >= 4);
      assert.match(states[0]!, /^lost: .*ended \(code \d+\): .*(no cameras available|No data)/);
    });

    it('kills it where it hangs and ignores SIGTERM, and films again', async () => {
      const captured = await capture('stalls');
      await filmsAgain(captured);
      assert.ok(captured.states.some((state) => state.includes('gave no picture for 2 s')));
      const [first] = await captured.program.pids();
      assert.ok(!isAlive(first!));
    });

    it('kills what it has started, too', async () => {
      const captured = await capture('stalls', { isWrapped: true });
      await filmsAgain(captured);
      const [first, second] = await captured.program.pids();
      await until(() => !isAlive(first!));
      await captured.running.stop();
      await until(() => !isAlive(second!));
    });

    it('films again after the program was gone for a while', async () => {
      const captured = await capture('frames');
      // This machine may have the real one.
      process.env['PATH'] = directory;
      await until(() => captured.lumas.length > 0);
      const { command } = captured.program;
      await rename(command, `${command}-away`);
      const [first] = await captured.program.pids();
      process.kill(first!, 'SIGKILL');
      const isMissed = (state: string) => state.includes("isn't installed");
      await until(() => captured.states.filter(isMissed).length >= 2);
      await rename(`${command}-away`, command);
      await filmsAgain(captured);
      assert.equal((await captured.program.pids()).length, 2);
    });

    it('replaces it where it gives bytes that are no picture', async () => {
      const captured = await capture('noise');
      await filmsAgain(captured);
      assert.ok(captured.states.some((state) => state.includes('gave no picture for 2 s')));
    });

    it('keeps what it said', async () => {
      const { running } = await capture('garbage');
      await until(() => running.logLines().at(-1)?.endsWith('last words') === true);
    });
  });
}
