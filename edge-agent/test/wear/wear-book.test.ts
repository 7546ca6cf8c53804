import assert from 'node:assert/strict';
import { it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { SlotFile } from '../../src/outbox/slot-file.ts';
import { WearBook } from '../../src/wear/wear-book.ts';
import { WriteBudget } from '../../src/wear/write-budget.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';

const maxBytesPerHour = 200_000_000;
const aheadBytes = 2_000_000;

/** A process that begins with what is on disk. */
async function begin(files: FaultyFiles) {
  const warnings: string[] = [];
  const logger = silentLogger();
  logger.warn = (_fields: unknown, message?: string) => void warnings.push(message ?? '');
  const budget = new WriteBudget({ maxBytesPerHour, nowMs: () => 90_000 });
  const book = new WearBook({ files, budget, logger });
  await book.start();
  return { budget, book, warnings };
}

it('gives the next process exactly what one that ends in order has written', async () => {
  const files = new FaultyFiles();
  const first = await begin(files);
  assert.equal(first.budget.writtenBytesLastHour, 0);
  first.book.note(5_000_000);
  await first.book.stop();
  const second = await begin(files);
  assert.equal(second.budget.writtenBytesLastHour, 5_000_000);
  assert.deepEqual([...first.warnings, ...second.warnings], []);
});

it('gives the next process no less than what one that is killed has written, and a little more', async () => {
  for (const bytes of [0, 1_999_999, 2_000_000, 9_500_000]) {
    const files = new FaultyFiles();
    const { book } = await begin(files);
    for (let left = bytes; left > 0; left -= 500_000) {
      book.note(Math.min(left, 500_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { budget } = await begin(files.afterCut(() => 0));
    const excess = budget.writtenBytesLastHour - bytes;
    assert.ok(excess > 0 && excess <= aheadBytes, `${excess} beyond ${bytes}`);
  }
});

it('writes an entry for each hundredth of the budget, however small the notes are', async () => {
  const files = new FaultyFiles();
  const { book } = await begin(files);
  for (let index = 0; index < 2_000; index += 1) book.note(10_000);
  await book.stop();
  // One at the start, one for each 2 of 20 MB, one at the end; the first of a process syncs the slots that it found.
  assert.ok(files.syncs <= 13, `${files.syncs} syncs`);
});

it('takes the hour for used up where nothing of it can be read, and begins all the same', async () => {
  const files = new FaultyFiles();
  const { book } = await begin(files);
  await book.stop();
  files.damage('written-0', 20);
  files.damage('written-1', 20);
  const { budget, warnings } = await begin(files);
  assert.equal(budget.writtenBytesLastHour, maxBytesPerHour);
  assert.equal(warnings.length, 1);
});

it('takes an entry of another kind for one that can not be read', async () => {
  for (const value of [7, { minute: 1 }, { minute: 1.5, bytes: [] }, { minute: 1, bytes: ['a'] }]) {
    const files = new FaultyFiles();
    const slot = new SlotFile({ files, name: 'written' });
    await slot.write(value);
    await slot.write(value);
    const { budget } = await begin(files);
    assert.equal(budget.writtenBytesLastHour, maxBytesPerHour);
  }
});

it('begins anew where the first entry of all was cut off', async () => {
  const files = new FaultyFiles();
  await files.append('written-1', Buffer.from('0123'));
  const { budget, warnings } = await begin(files);
  assert.equal(budget.writtenBytesLastHour, 0);
  assert.deepEqual(warnings, []);
});

it('goes on where the disk takes no entry, and tries again', async () => {
  const files = new FaultyFiles();
  files.full = true;
  const { book, warnings } = await begin(files);
  assert.equal(warnings.length, 1);
  files.full = false;
  book.note(aheadBytes);
  await book.stop();
  const { budget } = await begin(files);
  assert.equal(budget.writtenBytesLastHour, aheadBytes);
});
