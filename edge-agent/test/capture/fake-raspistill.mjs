// Stands in for raspistill: writes JPEG files whose brightness is the picture's number, by way of a name with ~.
// Usage: fake-raspistill.mjs MODE RUNS_FILE [raspistill's arguments]; each run adds a line to RUNS_FILE.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';

const [mode, runsFile, ...args] = process.argv.slice(2);
appendFileSync(runsFile, `${JSON.stringify({ pid: process.pid, args })}\n`);
const run = readFileSync(runsFile, 'utf8').trim().split('\n').length;
const valueOf = (name) => args[args.indexOf(`--${name}`) + 1];
const [width, height] = [Number(valueOf('width')), Number(valueOf('height'))];
let number = 0;

async function jpeg() {
  const background = { r: number, g: number, b: number };
  const picture = sharp({ create: { width, height, channels: 3, background } });
  return picture.jpeg({ quality: 90 }).toBuffer();
}

function put(bytes) {
  const file = valueOf('output').replace('%06d', String(number).padStart(6, '0'));
  try {
    writeFileSync(`${file}~`, bytes);
    renameSync(`${file}~`, file);
  } catch {
    // The folder is gone: the real one says so and goes on.
  }
}

async function frame(change = (bytes) => bytes) {
  number += 1;
  put(change(await jpeg()));
}

const modes = {
  frames: async () => {
    await frame();
    setTimeout(modes.frames, 5);
  },
  half: async () => {
    if (run > 1) return modes.frames();
    await frame();
    number = 98;
    await frame((bytes) => bytes.subarray(0, bytes.length / 2));
    setTimeout(() => process.exit(3), 100);
  },
  dies: () => {
    process.stderr.write('mmal: No data received from sensor.\n', () => process.exit(70));
  },
  stalls: async () => {
    process.on('SIGTERM', () => undefined);
    if (run > 1) return modes.frames();
    await frame();
    setInterval(() => undefined, 1_000);
  },
  stubborn: () => {
    process.on('SIGTERM', () => undefined);
    return modes.frames();
  },
  garbage: () => {
    process.stderr.write('last words\n');
    return modes.frames();
  },
  noise: async () => {
    if (run > 1) return modes.frames();
    await frame(() => Buffer.alloc(5_000, 'no picture'));
    setTimeout(modes.noise, 5);
  },
};
await modes[mode]();
