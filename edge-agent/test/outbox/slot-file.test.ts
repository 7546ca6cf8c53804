import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { FolderFiles } from '../../src/outbox/folder-files.ts';
import { SlotFile } from '../../src/outbox/slot-file.ts';
import { DurableCounter } from '../../src/publish/durable-counter.ts';
import { FaultyFiles } from './faulty-files.ts';

test('gives the last value written, or the one under way when the power went', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(12),
      fc.infiniteStream(fc.double({ min: 0, max: 0.99 })),
      async (cutAfter, chance) => {
        let files = new FaultyFiles();
        files.cutAfter = cutAfter;
        let written = 0;
        try {
          for (const slot = new SlotFile({ files, name: 'value' }); ; written += 1) {
            await slot.write({ number: written + 1 });
          }
        } catch {
          files = files.afterCut(() => Number(chance.next().value));
        }
        const value = await new SlotFile({ files, name: 'value' }).read();
        const number = (value as { number: number } | undefined)?.number ?? 0;
        assert.ok(number === written || number === written + 1, `${number} after ${written}`);
      },
    ),
  );
});

test('keeps a value that a killed process had not synced yet, wherever the power goes after that', async () => {
  for (const cutAfter of [0, 1, 2, 3]) {
    const before = new FaultyFiles();
    const slot = new SlotFile({ files: before, name: 'value' });
    for (const number of [1, 2]) await slot.write(number);
    before.cutAfter = 1;
    await assert.rejects(slot.write(3));
    const killed = before.afterKill();
    const next = new SlotFile({ files: killed, name: 'value' });
    assert.equal(await next.read(), 3);
    killed.cutAfter = cutAfter;
    await next.write(4).catch(() => undefined);
    // Half of each unsynced write reaches the disk.
    const left = await new SlotFile({ files: killed.afterCut(() => 0.5), name: 'value' }).read();
    assert.ok(Number(left) >= 2, `${String(left)} is left of 2, 3 and 4`);
  }
});

test('counts on after a restart and is never lower than a number given', async () => {
  const files = new FaultyFiles();
  assert.equal(await new DurableCounter({ files, name: 'count' }).next(), 1);
  const counter = new DurableCounter({ files, name: 'count' });
  assert.equal(await counter.next(), 2);
  assert.equal(await counter.next(7), 7);
  assert.equal(await counter.next(3), 8);
  files.full = true;
  files.cutAfter = 0;
  await assert.rejects(counter.next());
  assert.equal(counter.last, 9);
});

test('gives the value before where the disk does not give back the last one, and takes new ones', async (context) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'slots-'));
  context.after(() => rm(folder, { recursive: true }));
  const files = new FolderFiles({ folder });
  const slot = new SlotFile({ files, name: 'value' });
  for (const value of ['first', 'second']) await slot.write(value);
  // Reads like a bad sector: no content, but an error.
  await rm(path.join(folder, 'value-0'));
  await mkdir(path.join(folder, 'value-0', 'found'), { recursive: true });
  const after = new SlotFile({ files, name: 'value' });
  assert.equal(await after.read(), 'first');
  await after.write('third');
  assert.equal(await new SlotFile({ files, name: 'value' }).read(), 'third');
});

test('begins anew where neither slot can be read, but waits where that may pass', async () => {
  const files = new FaultyFiles();
  const slot = new SlotFile({ files, name: 'value' });
  for (const value of ['first', 'second']) await slot.write(value);
  files.unreadable.set('value-0', 'EMFILE');
  await assert.rejects(new SlotFile({ files, name: 'value' }).read(), { code: 'EMFILE' });
  for (const name of ['value-0', 'value-1']) files.unreadable.set(name, 'EIO');
  const after = new SlotFile({ files, name: 'value' });
  assert.equal(await after.read(), undefined);
  for (const value of ['third', 'fourth']) await after.write(value);
  assert.equal(await new SlotFile({ files, name: 'value' }).read(), 'fourth');
});
