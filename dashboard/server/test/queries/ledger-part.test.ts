import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerBlockSeqs } from '@emotion-fleet/contracts';
import {
  summarizeLedger,
  type BlockRange,
  type LedgerBlockRow,
  type LedgerRunRow,
} from '@emotion-fleet/observation-store';
import fc from 'fast-check';
import { readLedgerPart } from '../../src/queries/ledger-part.ts';

const hourMs = 3_600_000;
const startAt = Date.UTC(2026, 0, 1);
const of = { deviceId: 'cam-a', runId: 'run-1', version: 1 };

/** What a block took, hours, and what it says: nothing at all where it is absent. */
interface Made {
  readonly hours: number;
  readonly kind: 'whole' | 'holes' | 'absent';
}

function ledgerOf(made: readonly Made[]): { run: LedgerRunRow; blocks: LedgerBlockRow[] } {
  const blocks: LedgerBlockRow[] = [];
  let at = startAt;
  for (const [block, { hours, kind }] of made.entries()) {
    const [firstAt, lastAt] = [at, at + hours * hourMs];
    at = lastAt;
    if (kind === 'absent') continue;
    const stored = new Uint8Array(ledgerBlockSeqs / 8).fill(0xff);
    if (kind === 'holes') stored.fill(0x0f, 100, 100 + (block % 50));
    const empty = new Uint8Array(ledgerBlockSeqs / 8);
    blocks.push({ ...of, block, stored, declared: empty, rejected: empty, firstAt, lastAt });
  }
  const headSeq = made.length * ledgerBlockSeqs;
  const ackedBelow = headSeq - ledgerBlockSeqs;
  return { run: { ...of, headSeq, ackedBelow, firstAt: startAt, lastAt: at }, blocks };
}

function storeOf(blocks: readonly LedgerBlockRow[]) {
  const read: number[] = [];
  const readLedgerBlocks = async (_device: string, _run?: string, range?: BlockRange) => {
    const { from, to } = range!;
    const some = blocks.filter(({ block }) => block >= from && block < to);
    read.push(...some.map(({ block }) => block));
    return some;
  };
  return { read, readLedgerBlocks };
}

const made = fc.array(
  fc.record({
    hours: fc.integer({ min: 1, max: 40 }),
    kind: fc.constantFrom('whole' as const, 'whole' as const, 'holes' as const, 'absent' as const),
  }),
  { minLength: 1, maxLength: 150, size: 'max' },
);

test('a part counts what the whole run counts in each range, and no block is read twice', async () => {
  const thousandth = fc.integer({ min: -100, max: 1_100 });
  await fc.assert(
    fc.asyncProperty(made, thousandth, thousandth, async (of, one, other) => {
      const { run, blocks } = ledgerOf(of);
      const at = (part: number) =>
        Math.round(run.firstAt + (part / 1_000) * (run.lastAt - run.firstAt));
      const range = { from: at(Math.min(one, other)), to: at(Math.max(one, other)) };
      const store = storeOf(blocks);
      const part = await readLedgerPart({ store, run, range });
      const common = { runs: [run], now: run.lastAt, lastHeardAt: run.lastAt, range };
      assert.deepEqual(
        summarizeLedger({ ...common, blocks: part }),
        summarizeLedger({ ...common, blocks }),
      );
      assert.equal(new Set(store.read).size, store.read.length);
      assert.deepEqual(
        part.map(({ block }) => block),
        store.read.toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 300 },
  );
});

test('a day of a run of a year costs some blocks, wherever it lies, and the last one after a quiet year, too', async () => {
  const even = Array.from({ length: 1_800 }, () => ({ hours: 5, kind: 'whole' as const }));
  const busyAtLast = even.map((one, index) => (index < 900 ? { ...one, hours: 50 } : one));
  for (const [made, shares] of [
    [even, [0, 0.2, 0.5, 0.9, 1]],
    [busyAtLast, [1]],
  ] as const) {
    const { run, blocks } = ledgerOf(made);
    for (const share of shares) {
      const store = storeOf(blocks);
      const from = run.firstAt + share * (run.lastAt - run.firstAt) - 12 * hourMs;
      await readLedgerPart({ store, run, range: { from, to: from + 24 * hourMs } });
      assert.ok(store.read.length <= 20, `${store.read.length} at ${share}`);
    }
  }
});

test('a run of few blocks is read at once, and one without a head to its end', async () => {
  const short = ledgerOf([
    { hours: 4, kind: 'whole' },
    { hours: 4, kind: 'holes' },
  ]);
  for (const headSeq of [short.run.headSeq, 0]) {
    const run = { ...short.run, headSeq };
    const range = { from: run.lastAt - 1, to: run.lastAt };
    const part = await readLedgerPart({ store: storeOf(short.blocks), run, range });
    assert.deepEqual(part, short.blocks);
  }
});
