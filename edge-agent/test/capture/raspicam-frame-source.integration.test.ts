import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { OperatorError, silentLogger } from '@emotion-fleet/service';
import { raspicamFrameSource } from '../../src/capture/raspicam-frame-source.ts';
import type { Frame } from '../../src/ports.ts';
import { describeFrameSource } from '../contracts/frame-source.ts';
import { until } from '../until.ts';
import { fakeProgram, isAlive } from './fake-program.ts';

const picture = { width: 64, height: 48, framesPerSecond: 50, logger: silentLogger() };
const events = { onFrame: () => undefined, onState: () => undefined };
const folderOf = (args: readonly string[]) => path.dirname(args[args.indexOf('--output') + 1]!);
const exists = (folder: string) =>
  readdir(folder).then(
    () => true,
    () => false,
  );

describeFrameSource('raspicamFrameSource', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'raspicam-'));
  const { command } = await fakeProgram({ directory, name: 'raspistill', mode: 'frames' });
  return {
    source: raspicamFrameSource({ ...picture, command }),
    tidyUp: () => rm(directory, { recursive: true, force: true }),
  };
});

describe('raspicamFrameSource', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'raspicam-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('asks raspistill for endless pictures of that size in a folder in RAM', async () => {
    const program = await fakeProgram({ directory, name: 'raspistill', mode: 'frames' });
    const source = raspicamFrameSource({ ...picture, command: program.command });
    let frames = 0;
    await source.start({ ...events, onFrame: () => (frames += 1) });
    await until(() => frames >= 2);
    await source.stop();
    const [args] = await program.runs();
    const text = args!.join(' ');
    assert.match(text, /--output \/dev\/shm\/emotion-camera-\w+\/%06d\.jpg --encoding jpg/);
    assert.match(text, /--width 64 --height 48 --timelapse 250 --timeout 0 --nopreview/);
  });

  it('keeps no picture: what was read is gone, and all of it at the stop', async () => {
    const program = await fakeProgram({ directory, name: 'raspistill', mode: 'frames' });
    const source = raspicamFrameSource({ ...picture, command: program.command });
    let frames = 0;
    let most = 0;
    await source.start({ ...events, onFrame: () => (frames += 1) });
    await until(async () => (await program.runs()).length > 0);
    const folder = folderOf((await program.runs())[0]!);
    await until(async () => {
      most = Math.max(most, (await readdir(folder)).length);
      return frames >= 20;
    });
    assert.ok(most < 10, `${most} pictures lay about at once`);
    await source.stop();
    assert.ok(!(await exists(folder)));
  });

  it('puts each picture into the same memory', async () => {
    const program = await fakeProgram({ directory, name: 'raspistill', mode: 'frames' });
    const source = raspicamFrameSource({ ...picture, command: program.command });
    const memory = new Set<ArrayBufferLike>();
    let frames = 0;
    const onFrame = ({ data }: Frame) => {
      memory.add(data.buffer);
      frames += 1;
    };
    await source.start({ ...events, onFrame });
    await until(() => frames >= 5);
    await source.stop();
    assert.equal(memory.size, 1);
  });

  it('leaves neither pictures nor program behind when its process is killed', async () => {
    const mode = 'stubborn';
    const program = await fakeProgram({ directory, name: 'raspistill', mode, isWrapped: true });
    const script = path.join(import.meta.dirname, 'filming-process.ts');
    const child = fork(script, [program.command], { silent: true });
    await once(child, 'message');
    const folder = folderOf((await program.runs())[0]!);
    const [pid] = await program.pids();
    assert.ok(isAlive(pid!) && (await exists(folder)));
    child.kill('SIGKILL');
    await until(async () => !isAlive(pid!) && !(await exists(folder)));
  });

  it('refuses a folder that is not in RAM', async () => {
    const program = await fakeProgram({ directory, name: 'raspistill', mode: 'frames' });
    const { command } = program;
    for (const ramFolder of [import.meta.dirname, '/not/there']) {
      await assert.rejects(
        raspicamFrameSource({ ...picture, command, ramFolder }).start(events),
        (error) => error instanceof OperatorError && error.code === 'not_in_ram',
      );
    }
    assert.deepEqual(await program.runs(), []);
  });

  it('names the Debian package of a program that is not installed', async () => {
    const command = path.join(directory, 'not-there');
    await assert.rejects(
      raspicamFrameSource({ ...picture, command }).start(events),
      (error) => error instanceof OperatorError && error.message.includes('libraspberrypi-bin'),
    );
  });
});
