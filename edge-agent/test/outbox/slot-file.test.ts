import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
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

test('counts on after a restart and is never lower than a number given', async () => {
  const files = new FaultyFiles();
  assert.equal(await new DurableCounter({ files, name: 'count' }).next(), 1);
  const counter = new DurableCounter({ files, name: 'count' });
  assert.equal(await counter.next(), 2);
  files.full = true;
  files.cutAfter = 0;
  await assert.rejects(counter.next());
  assert.equal(counter.last, 3);
});
