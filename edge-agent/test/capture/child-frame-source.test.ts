import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { OperatorError, silentLogger } from '@emotion-fleet/service';
import {
  ChildFrameSource,
  type ChildFrameSourceOptions,
} from '../../src/capture/child-frame-source.ts';
import { StdoutFeed, type CameraProcess } from '../../src/capture/picture-feed.ts';
import { rpicamFrameSource } from '../../src/capture/rpicam-frame-source.ts';
import type { Frame, FrameSourceEvents } from '../../src/ports.ts';
import { describeFrameSource } from '../contracts/frame-source.ts';
import { until } from '../until.ts';
import { fakeProgram, type FakeMode } from './fake-program.ts';

describeFrameSource('ChildFrameSource', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'child-frame-source-'));
  const { command } = await fakeProgram({ directory, name: 'rpicam-vid', mode: 'frames' });
  const picture = { width: 64, height: 48, framesPerSecond: 1_000 };
  return {
    source: rpicamFrameSource({ camera: 0, ...picture, logger: silentLogger(), command }),
    tidyUp: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('ChildFrameSource', () => {
  let directory = '';
  let source: ChildFrameSource | undefined;
  const logger = silentLogger();
  const { mock: warnings } = mock.method(logger, 'warn');

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'child-frame-source-'));
    warnings.resetCalls();
  });
  afterEach(async () => {
    await source?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function sourceOf(
    command: string,
    { supervision, ...options }: Partial<ChildFrameSourceOptions> = {},
  ): ChildFrameSource {
    return new ChildFrameSource({
      command,
      feed: new StdoutFeed({ command, args: [], frameBytes: (64 * 48 * 3) / 2 }),
      width: 64,
      height: 48,
      debianPackage: { name: 'rpicam-apps', system: 'Raspberry Pi OS' },
      framesPerSecond: 1_000,
      logger,
      supervision: {
        ...{ random: () => 0, stallTimeoutMs: 10_000, killAfterMs: 100 },
        ...{ retryFirstMs: 10, retryMostMs: 40 },
        ...supervision,
      },
      ...options,
    });
  }

  /** Longer than the program takes to start on a busy machine, so that only silence ends it. */
  const stallTimeoutMs = 1_500;

  async function capture(mode: FakeMode, options: Partial<ChildFrameSourceOptions> = {}) {
    const program = await fakeProgram({ directory, name: 'rpicam-vid', mode });
    source = sourceOf(program.command, options);
    const lumas: number[] = [];
    const states: string[] = [];
    const events: FrameSourceEvents = {
      onFrame: ({ data, width, height }) => {
        assert.equal(data.length, (width * height * 3) / 2);
        assert.ok(
          data.every((byte) => byte === data[0]),
          'a frame is one picture, not parts of two',
        );
        lumas.push(data[0]!);
      },
      onState: (state, detail) => states.push(`${state}: ${detail}`),
    };
    await source.start(events);
    return { lumas, states, source, program };
  }

  it('delivers whole pictures in order', async () => {
    const { lumas, states } = await capture('frames');
    await until(() => lumas.length >= 10);
    assert.deepEqual(
      lumas,
      lumas.toSorted((a, b) => a - b),
    );
    assert.match(states[0]!, /^running: /);
  });

  it('starts the program again after it ends, without the half picture it left', async () => {
    const { lumas, states } = await capture('half');
    await until(() => lumas.length >= 5);
    assert.ok(!lumas.includes(99));
    assert.ok(states.some((state) => state.startsWith('lost: ') && state.includes('code 3')));
  });

  it('says why the program ended, and tries again with growing waits', async () => {
    const { states, program } = await capture('dies');
    await until(async () => (await program.runs()).length >= 3);
    assert.match(
      states[0]!,
      /^lost: .*rpicam-vid ended \(code 255\): ERROR: .* no cameras available/,
    );
  });

  it('kills a program that gives no pictures and ignores SIGTERM, then starts it again', async () => {
    const { lumas, states } = await capture('stalls', { supervision: { stallTimeoutMs } });
    await until(() => lumas.length >= 5);
    assert.ok(states.some((state) => state.includes('gave no picture for')));
  });

  it('lets a program go on that gives pictures for longer than that', async () => {
    const { lumas, states } = await capture('frames', { supervision: { stallTimeoutMs } });
    await until(() => lumas.length > 0);
    const endMs = performance.now() + 2 * stallTimeoutMs;
    await until(() => performance.now() > endMs);
    const before = lumas.length;
    await until(() => lumas.length > before);
    assert.equal(states.length, 1, states.join());
  });

  it('starts it again although something that it has started lives on and holds its output', async () => {
    const { lumas, states } = await capture('leaves');
    await until(() => lumas.length >= 5);
    assert.match(states[0]!, /^lost: .*ended \(code 4\)/);
  });

  it('begins with a short wait again after a run that was in order', async () => {
    let nowMs = 0;
    const supervision = { random: () => 0, retryFirstMs: 100, retryMostMs: 60_000 };
    // Each run lasts for half a minute; without that the seventh wait alone would be of 6 s.
    const { program } = await capture('dies', { nowMs: () => (nowMs += 31_000), supervision });
    await until(async () => (await program.runs()).length >= 8);
  });

  it('gives no more pictures than it was asked for', async () => {
    let nowMs = 0;
    const timesMs: number[] = [];
    const { command } = await fakeProgram({ directory, name: 'rpicam-vid', mode: 'frames' });
    source = sourceOf(command, { framesPerSecond: 5, nowMs: () => (nowMs += 20) });
    const onFrame = ({ capturedAtMs }: Frame) => timesMs.push(capturedAtMs);
    await source.start({ onFrame, onState: () => undefined });
    await until(() => timesMs.length >= 5);
    const steps = timesMs.slice(1).map((timeMs, index) => timeMs - timesMs[index]!);
    assert.deepEqual(steps.slice(0, 4), [160, 200, 200, 200]);
  });

  it('starts no program after it was stopped, even if one was about to be started', async () => {
    const supervision = { random: () => 0, retryFirstMs: 300 };
    const { states, source: running, program } = await capture('dies', { supervision });
    await until(() => states.length > 0);
    await running.stop();
    const endMs = performance.now() + 2 * supervision.retryFirstMs;
    await until(() => performance.now() > endMs);
    assert.equal((await program.runs()).length, 1);
  });

  it('keeps the last lines of what the program says, whatever bytes they are', async () => {
    const { lumas, source: running } = await capture('garbage');
    await until(
      () => lumas.length >= 3 && running.logLines().at(-1)?.endsWith('last words') === true,
    );
    assert.ok(running.logLines().length <= 100);
    assert.ok(running.logLines().every((line) => /^[\x20-\x7e]{0,300}$/.test(line)));
  });

  it('keeps the last 100 lines over restarts, and logs at each failure those that are new', async () => {
    const { lumas, source: running } = await capture('chatters');
    await until(() => lumas.length > 0);
    const said = (run: number, from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => `run ${run}, line ${from + index}`);
    const logged = warnings.calls.map(({ arguments: [fields] }) => fields as { log: string[] });
    assert.deepEqual(
      logged.map(({ log }) => log),
      [said(1, 30, 130), said(2, 0, 60)],
    );
    assert.deepEqual(running.logLines(), [...said(1, 90, 130), ...said(2, 0, 60)]);
  });

  it('leaves no process behind when it stops', async () => {
    const { lumas, source: running } = await capture('frames');
    await until(() => lumas.length > 0);
    await running.stop();
    const count = lumas.length;
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(lumas.length, count);
  });

  it('leaves no process behind when it stops while the program is being started', async () => {
    const program = await fakeProgram({ directory, name: 'rpicam-vid', mode: 'frames' });
    source = sourceOf(program.command);
    const starting = source.start({ onFrame: () => undefined, onState: () => undefined });
    await source.stop();
    await starting;
    assert.deepEqual(childrenOf(process.pid), []);
  });

  it('films with one program after a stop and a start, whenever the end of the old one is noticed', async () => {
    const program = await fakeProgram({ directory, name: 'rpicam-vid', mode: 'frames' });
    const { command } = program;
    /** Says that the program before is over only when another one is about to be started. */
    class LateFeed extends StdoutFeed {
      #close: () => unknown = () => undefined;

      override async launch(onPicture: () => void): Promise<CameraProcess> {
        this.#close();
        const child = await super.launch(onPicture);
        const emit = child.emit.bind(child) as (event: string, ...values: unknown[]) => boolean;
        child.emit = (event: string, ...values: unknown[]) => {
          if (event !== 'close') return emit(event, ...values);
          this.#close = () => emit(event, ...values);
          return true;
        };
        return child;
      }
    }
    const feed = new LateFeed({ command, args: [], frameBytes: (64 * 48 * 3) / 2 });
    source = sourceOf(command, { feed });
    const states: string[] = [];
    let frames = 0;
    const events: FrameSourceEvents = {
      onFrame: () => (frames += 1),
      onState: (state) => states.push(state),
    };
    await source.start(events);
    await until(() => frames > 0);
    await source.stop();
    await source.start(events);
    frames = 0;
    // Many times the wait before a second attempt.
    await until(() => frames >= 20);
    assert.deepEqual(states, ['running', 'running']);
    assert.equal((await program.runs()).length, 2);
  });

  it('names the Debian package of a program that is not installed', async () => {
    source = sourceOf(path.join(directory, 'not-there'));
    await assert.rejects(
      source.start({ onFrame: () => undefined, onState: () => undefined }),
      (error) =>
        error instanceof OperatorError &&
        error.code === 'camera_program_missing' &&
        error.message.includes('sudo apt-get install rpicam-apps'),
    );
  });
});

/** Ids of the processes that this one has started and that are still there. */
function childrenOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ');
}
