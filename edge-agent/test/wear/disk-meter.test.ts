import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { it } from 'node:test';
import { DiskMeter } from '../../src/wear/disk-meter.ts';
import { WriteBudget } from '../../src/wear/write-budget.ts';

it('adds what the kernel counted beyond the outbox to what was noted', async (context) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'disk-meter-'));
  context.after(() => rm(folder, { recursive: true }));
  const accountFile = path.join(folder, 'io');
  const kernel = (bytes: number) =>
    writeFile(accountFile, `wchar: 5\nwrite_bytes: ${bytes}\ncancelled_write_bytes: 0\n`);
  const budget = new WriteBudget({ maxBytesPerHour: 1e6, nowMs: () => 0 });
  const meter = new DiskMeter({ budget, folder, accountFile });
  // Models that were built before the first look are no wear of an hour.
  await kernel(50_000_000);
  assert.equal((await meter.read())?.writtenBytesLastHour, 0);
  budget.note(20_000);
  await kernel(50_004_096);
  assert.equal((await meter.read())?.writtenBytesLastHour, 20_000);
  await kernel(50_104_096);
  const figures = await meter.read();
  assert.equal(figures?.writtenBytesLastHour, 120_000);
  assert.equal(figures.maxBytesPerHour, 1e6);
  assert.equal(figures.sampleStretch, 1);
  assert.ok(figures.freeBytes > 0);
});

it('does without the kernel, and says nothing of a folder that is not there', async () => {
  const budget = new WriteBudget({ maxBytesPerHour: 1e6, nowMs: () => 0 });
  const accountFile = '/not/there';
  const here = new DiskMeter({ budget, folder: tmpdir(), accountFile });
  budget.note(4_096);
  assert.equal((await here.read())?.writtenBytesLastHour, 4_096);
  const nowhere = new DiskMeter({ budget, folder: '/not/there', accountFile });
  assert.equal(await nowhere.read(), undefined);
});
