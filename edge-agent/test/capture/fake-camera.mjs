// Stands in for rpicam-vid and ffmpeg: writes I420 pictures whose bytes are the picture's number, in the size that
// the arguments ask for.
// Usage: fake-camera.mjs MODE RUNS_FILE [the real program's arguments]; each run adds a line to RUNS_FILE.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

const [mode, runsFile, ...args] = process.argv.slice(2);
appendFileSync(runsFile, `${JSON.stringify({ pid: process.pid, args })}\n`);
const run = readFileSync(runsFile, 'utf8').trim().split('\n').length;
const size = /--width (\d+) --height (\d+)|scale=(\d+):(\d+)/
  .exec(args.join(' '))
  ?.filter(Boolean) ?? [, 64, 48];
const frameBytes = (Number(size[1]) * Number(size[2]) * 3) / 2;
let number = 0;

function frame() {
  number += 1;
  return new Uint8Array(frameBytes).fill(number % 256);
}

const modes = {
  frames: () => setInterval(() => process.stdout.write(frame()), 5),
  // The first run ends in the middle of a picture; its half must not shift the pictures of the next.
  half: () => {
    if (run > 1) return modes.frames();
    process.stdout.write(frame());
    process.stdout.write(new Uint8Array(frameBytes / 2).fill(99), () => process.exit(3));
  },
  dies: () => {
    process.stderr.write('ERROR: *** no cameras available ***\n', () => process.exit(255));
  },
  // Says a lot before it ends; the third run films and says nothing.
  chatters: () => {
    if (run > 2) return modes.frames();
    const lines = Array.from(
      { length: run === 1 ? 130 : 60 },
      (_, line) => `run ${run}, line ${line}\n`,
    );
    process.stderr.write(lines.join(''), () => process.exit(1));
  },
  stalls: () => {
    process.on('SIGTERM', () => undefined);
    if (run > 1) return modes.frames();
    process.stdout.write(frame());
    setInterval(() => undefined, 1_000);
  },
  // The first run leaves a process in a session of its own, which holds what this one writes to.
  leaves: () => {
    if (run > 1) return modes.frames();
    spawn('sleep', ['20'], { stdio: ['ignore', 1, 2], detached: true });
    setTimeout(() => process.exit(4), 50);
  },
  stubborn: () => {
    process.on('SIGTERM', () => undefined);
    modes.frames();
  },
  // Bytes without end that are no picture, as of a compressed stream.
  noise: () => {
    if (run > 1) return modes.frames();
    setInterval(() => process.stdout.write(randomBytes(frameBytes)), 5);
  },
  garbage: () => {
    const bytes = Uint8Array.from({ length: 50_000 }, (_, index) => (index * 7) % 256);
    process.stderr.write(bytes);
    process.stderr.write('last words\n');
    modes.frames();
  },
};
modes[mode]();
