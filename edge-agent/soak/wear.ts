/**
 * `node edge-agent/soak/wear.ts --folder DIR [--minutes N] [--budget MB] [--scene NAME]`: what an hour costs the card. Drives a real
 * outbox in time of its own, and prints what it counted beside the figures of the kernel and of the block device; those
 * are right where nothing else writes there, as on a loop device.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { silentLogger } from '@emotion-fleet/service';
import { FileOutbox } from '../src/outbox/file-outbox.ts';
import { FolderFiles } from '../src/outbox/folder-files.ts';
import { CountedFiles } from '../src/wear/counted-files.ts';
import { readWrittenBytes } from '../src/wear/disk-meter.ts';
import { WriteBudget } from '../src/wear/write-budget.ts';
import { film, modelId, offset, type Scene } from './wear-scene.ts';

const scenes: readonly Scene[] = [
  { name: 'nobody', tracks: 0, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'one face', tracks: 1, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'five faces', tracks: 5, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'twenty faces', tracks: 20, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'twenty faces, each frame', tracks: 20, framesPerSecond: 5, sampleIntervalMs: 0 },
  { name: 'the most: 20 faces, 30/s', tracks: 20, framesPerSecond: 30, sampleIntervalMs: 0 },
];
const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '.' },
    minutes: { type: 'string', default: '10' },
    budget: { type: 'string', default: 'Infinity' },
    scene: { type: 'string', default: '' },
  },
});
const minutes = Number(values.minutes);
process.stdout.write(
  `${values.folder}, ${minutes} min each, budget ${values.budget} MB/h; in MB an hour\n`,
);
for (const scene of scenes) {
  if (scene.name.includes(values.scene)) process.stdout.write(await measure(scene));
}

async function measure(scene: Scene): Promise<string> {
  const folder = await mkdtemp(path.join(values.folder, 'wear-'));
  const time = { nowMs: 1_000 };
  const budget = new WriteBudget({
    maxBytesPerHour: Number(values.budget) * 1e6,
    nowMs: () => time.nowMs,
  });
  const outbox = new FileOutbox({
    files: new CountedFiles({
      files: new FolderFiles({ folder }),
      onWritten: (bytes) => budget.note(bytes),
    }),
    clock: { nowMs: () => time.nowMs, offset },
    runId: '00000000-0000-4000-8000-000000000001',
    modelId,
    logger: silentLogger(),
    flushIntervalMs: 2 ** 30,
  });
  await outbox.start();
  const before = await figures(folder);
  const counted = budget.totalBytes;
  const { flushes, sampleStretch } = await film({
    ...{ scene, outbox, time, budget },
    durationMs: minutes * 60_000,
  });
  const after = await figures(folder);
  const perHour = (bytes: number) => ((bytes * 60) / minutes / 1e6).toFixed(1).padStart(7);
  const { created } = outbox.status();
  const line = [
    scene.name.padEnd(26),
    `${((created * 60) / minutes).toFixed(0).padStart(8)} records`,
    `${((flushes * 60) / minutes).toFixed(0).padStart(6)} syncs`,
    `counted${perHour(budget.totalBytes - counted)}`,
    `kernel${perHour(after.kernel - before.kernel)}`,
    `device${perHour(after.device - before.device)}`,
    `last sample stretch ${sampleStretch.toFixed(1)}`,
  ];
  await outbox.stop();
  await rm(folder, { recursive: true });
  return line.join('  ').concat('\n');
}

/** Bytes written so far: by this process as the kernel counts them, to the device beneath the folder. */
async function figures(folder: string): Promise<{ kernel: number; device: number }> {
  const { dev } = await stat(folder);
  const name = `${(dev >> 8) & 0xfff}:${dev & 0xff}`;
  const sectors = await readFile(`/sys/dev/block/${name}/stat`, 'utf8').catch(() => '');
  const kernel = await readWrittenBytes('/proc/self/io');
  return { kernel: kernel ?? NaN, device: Number(sectors.trim().split(/\s+/)[6]) * 512 };
}
