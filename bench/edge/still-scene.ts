import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { agentEntryFile, agentEnvironment, agentNodeFlags } from '@emotion-fleet/edge-agent';
import { photoPath, readFrame } from '@emotion-fleet/edge-agent/vision';
import { CodedError } from '@emotion-fleet/service';
import { ours, type BenchContext } from '../harness/bench.ts';

const size = { width: 640, height: 480 };
const framesPerSecond = 10;
/** Different noise in each, as a sensor has it; without it a picture counts as frozen. */
const pictures = 16;
const noiseLevels = 3;
/** Models are loaded, the first pictures analysed, and the gate has closed. */
const settleMs = 15_000;
const windowMs = 5_000;
/** No window begins after this. */
const latestMs = 9 * 60_000;

/** What the whole agent takes of one core while nothing moves: frames through a pipe, gate, records, timers. */
export async function measureStillScenes(
  context: BenchContext,
  { folder, modelCache }: { folder: string; modelCache: string },
): Promise<void> {
  const scenes = {
    'still scene': emptyRoom(),
    'still scene with people': await people(),
  };
  for (const [name, picture] of Object.entries(scenes)) {
    context.say(`${name}: the agent itself at ${framesPerSecond} frames/s ...`);
    const home = join(folder, name.replaceAll(' ', '-'));
    await placeCamera(home, picture);
    const agent = startAgent(home, modelCache);
    context.cleanup.add(() => void agent.kill('SIGKILL'));
    await delay(settleMs);
    for (let round = 1; round <= context.rounds && context.elapsedMs() < latestMs; round++) {
      const [cpuMs, at] = [cpuMsOf(agent), performance.now()];
      await delay(windowMs);
      const share = (cpuMsOf(agent) - cpuMs) / (performance.now() - at);
      context.series.add({ subject: ours, metric: name, unit: '% of a core' }, share * 100);
    }
    const exited = once(agent, 'exit');
    agent.kill('SIGTERM');
    await exited;
  }
}

/** A wall and a table in the light of a window: nobody. */
function emptyRoom(): Uint8Array {
  const { width, height } = size;
  const picture = new Uint8Array((width * height * 3) / 2).fill(128);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      picture[y * width + x] = (y > height * 0.7 ? 60 : 110) + Math.round((70 * x) / width);
    }
  }
  return picture;
}

async function people(): Promise<Uint8Array> {
  const { width, height } = size;
  const { data, ...frame } = await readFrame({ file: await photoPath('sample1.jpg'), width });
  const picture = new Uint8Array((width * height * 3) / 2).fill(128);
  picture.fill(90, 0, width * height);
  const [area, rows] = [width * height, Math.min(height, frame.height)];
  picture.set(data.subarray(0, width * rows));
  for (const plane of [0, 1]) {
    const from = frame.width * frame.height * (1 + plane / 4);
    picture.set(data.subarray(from, from + (width * rows) / 4), area * (1 + plane / 4));
  }
  return picture;
}

/** A program of the camera's name that gives these pictures, as `rpicam-vid` does on a Pi. */
async function placeCamera(home: string, picture: Uint8Array): Promise<void> {
  await mkdir(home, { recursive: true });
  const lumaSize = size.width * size.height;
  const film = Buffer.concat(
    Array.from({ length: pictures }, () =>
      picture.map((value, index) =>
        index < lumaSize ? value + Math.round((Math.random() - 0.5) * noiseLevels) : value,
      ),
    ),
  );
  await writeFile(join(home, 'film.yuv'), film);
  const program = fileURLToPath(new URL('still-camera.ts', import.meta.url));
  const script = `#!/bin/sh\nexec '${process.execPath}' '${program}' '${home}/film.yuv' "$@"\n`;
  await writeFile(join(home, 'rpicam-vid'), script);
  await chmod(join(home, 'rpicam-vid'), 0o755);
}

function startAgent(home: string, modelCache: string): ChildProcess {
  const environment = agentEnvironment({
    ...{ deviceId: 'bench-1', token: 'bench', clock: 'trust', modelCache },
    // Nobody is there: what it says stays in its outbox.
    mqttUrl: 'mqtt://127.0.0.1:9',
    dataDirectory: join(home, 'data'),
    camera: `rpicam:0?width=${size.width}&height=${size.height}`,
    analysisFps: framesPerSecond,
    logLevel: 'error',
  });
  return spawn(process.execPath, [...agentNodeFlags, agentEntryFile], {
    env: { ...process.env, ...environment, PATH: `${home}:${process.env['PATH'] ?? ''}` },
    // The channel tells it when the bench is gone.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
}

/** Milliseconds that all its threads have run; the camera's program is not among them. */
function cpuMsOf({ pid, exitCode }: ChildProcess): number {
  if (exitCode !== null) throw new CodedError('died', 'the agent ended early');
  const tasks = `/proc/${String(pid)}/task`;
  // The first figure of `schedstat` is nanoseconds on a processor (Documentation/scheduler/sched-stats).
  const runNs = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]),
  );
  return runNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
}
