/**
 * `node edge-agent/soak/wear.ts --folder DIR [--minutes N] [--budget MB] [--scene NAME]`: what an hour costs the card. Drives a real
 * outbox in time of its own, and prints what it counted beside the figures of the kernel and of the block device; those
 * are right where nothing else writes there, as on a loop device.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { faceHeightBinEdgesPx } from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { FileOutbox } from '../src/outbox/file-outbox.ts';
import { FolderFiles } from '../src/outbox/folder-files.ts';
import type { PresenceDraft, SampleDraft, VisitDraft } from '../src/ports.ts';
import { CountedFiles } from '../src/wear/counted-files.ts';
import { readWrittenBytes } from '../src/wear/disk-meter.ts';
import { WriteBudget } from '../src/wear/write-budget.ts';

interface Scene {
  readonly name: string;
  readonly tracks: number;
  readonly framesPerSecond: number;
  /** 0 = each analysed frame. */
  readonly sampleIntervalMs: number;
}

const scenes: readonly Scene[] = [
  { name: 'nobody', tracks: 0, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'one face', tracks: 1, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'five faces', tracks: 5, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'twenty faces', tracks: 20, framesPerSecond: 5, sampleIntervalMs: 1_000 },
  { name: 'twenty faces, each frame', tracks: 20, framesPerSecond: 5, sampleIntervalMs: 0 },
  { name: 'the most: 20 faces, 30/s', tracks: 20, framesPerSecond: 30, sampleIntervalMs: 0 },
];
const modelId = 'blazeface-back-320x256-int8+big-xception-int8';
const visitMs = 15_000;
const flushIntervalMs = 200;
const limits = { maxRecords: 200, maxBytes: 128 * 1024 };
const offset = { offsetMs: 1_790_000_000_000, clock: 'ntp' } as const;

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
  const { flushes, sampleStretch } = await film({ scene, outbox, time, budget });
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

async function film(options: {
  readonly scene: Scene;
  readonly outbox: FileOutbox;
  readonly time: { nowMs: number };
  readonly budget: WriteBudget;
}): Promise<{ flushes: number; sampleStretch: number }> {
  const { scene, outbox, time, budget } = options;
  const { tracks, framesPerSecond, sampleIntervalMs } = scene;
  const frameMs = 1_000 / framesPerSecond;
  const endMs = time.nowMs + minutes * 60_000;
  // Out of step: the samples of several tracks lie in different group intervals.
  const dueMs = Array.from({ length: tracks }, (_, track) => time.nowMs + track * frameMs);
  let [flushes, flushedMs, presenceMs, waiting] = [0, time.nowMs, time.nowMs, 0];
  for (let index = 0; time.nowMs < endMs; index += 1) {
    time.nowMs += frameMs;
    for (const [track, atMs] of dueMs.entries()) {
      if (time.nowMs < atMs) continue;
      waiting += 1;
      outbox.append(sample(time.nowMs, String(track).padStart(16, '0'), index));
      const stretch = budget.sampleStretch;
      const base = stretch > 1 ? Math.max(sampleIntervalMs, frameMs) : sampleIntervalMs;
      dueMs[track] = time.nowMs + base * stretch;
    }
    if (tracks > 0 && index % Math.ceil(visitMs / tracks / frameMs) === 0) {
      waiting += 1;
      outbox.append(visit(time.nowMs));
    }
    if (time.nowMs - presenceMs >= 60_000) {
      waiting += 1;
      presenceMs = time.nowMs;
      outbox.append(presence(time.nowMs));
    }
    if (time.nowMs - flushedMs < flushIntervalMs * budget.flushStretch - 1) continue;
    flushedMs = time.nowMs;
    if (waiting > 0) flushes += 1;
    waiting = 0;
    await outbox.flush();
    for (;;) {
      const batch = await outbox.take(limits);
      if (batch === undefined) break;
      outbox.ack(batch);
    }
  }
  return { flushes, sampleStretch: budget.sampleStretch };
}

function sample(observedAtMs: number, trackId: string, sampleIndex: number): SampleDraft {
  return {
    ...{ kind: 'sample', modelId, observedAtMs, trackId, sampleIndex, durationMs: 1_000 },
    frame: { width: 1_280, height: 720 },
    face: { x: 612.3, y: 204.7, width: 142.6, height: 171.2 },
    ...{ detectionScore: 0.9731, emotion: 'uncertain', uncertainReason: 'low_confidence' },
    scores: { happy: 0.4213, sad: 0.1178, neutral: 0.3321, other: 0.1288 },
  };
}

function visit(observedAtMs: number): VisitDraft {
  return {
    ...{ kind: 'visit', modelId, observedAtMs, startedAtMs: observedAtMs - visitMs },
    ...{ trackId: '0123456789abcdef', readableMs: 12_345, largestFaceHeightPx: 171.2 },
    scores: { happy: 0.4213, sad: 0.1178, neutral: 0.3321, other: 0.1288 },
  };
}

function presence(observedAtMs: number): PresenceDraft {
  return {
    ...{ kind: 'presence', modelId, observedAtMs, startedAtMs: observedAtMs - 60_000 },
    ...{ analysedMs: 60_000, cameraState: 'ok' },
    frames: { seen: 900, gated: 300, analysed: 300, dropped: 300 },
    faceHeights: [...faceHeightBinEdgesPx, 0].map(() => 123),
  };
}

/** Bytes written so far: by this process as the kernel counts them, to the device beneath the folder. */
async function figures(folder: string): Promise<{ kernel: number; device: number }> {
  const { dev } = await stat(folder);
  const name = `${(dev >> 8) & 0xfff}:${dev & 0xff}`;
  const sectors = await readFile(`/sys/dev/block/${name}/stat`, 'utf8').catch(() => '');
  const kernel = await readWrittenBytes('/proc/self/io');
  return { kernel: kernel ?? NaN, device: Number(sectors.trim().split(/\s+/)[6]) * 512 };
}
