import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ledgerBlockSeqs, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import {
  emptyBitmap,
  setBit,
  summarizeLedger,
  type LedgerBlockRow,
  type LedgerRunRow,
} from '../../src/index.ts';

const start = Date.UTC(2026, 5, 1);
const runId = '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d';
const later = '9c858901-8a57-4791-81fe-4c455b099bc9';
const none = { stored: 0, declared: 0, rejected: 0, pending: 0, stranded: 0, unexplained: 0 };

type Fate = 'stored' | 'declared' | 'rejected' | 'missing';

/** Blocks of a run with one seq a second. */
function blocksOf(fates: readonly Fate[]): LedgerBlockRow[] {
  const blocks = new Map<number, LedgerBlockRow & { firstAt: number; lastAt: number }>();
  fates.forEach((fate, seq) => {
    if (fate === 'missing') return;
    const block = Math.floor(seq / ledgerBlockSeqs);
    const at = start + seq * 1_000;
    let row = blocks.get(block);
    if (row === undefined) {
      row = {
        deviceId: 'cam-1',
        runId,
        block,
        version: 1,
        stored: emptyBitmap(),
        declared: emptyBitmap(),
        rejected: emptyBitmap(),
        firstAt: at,
        lastAt: at,
      };
      blocks.set(block, row);
    }
    row.lastAt = at;
    setBit(row[fate], seq % ledgerBlockSeqs);
    if (fate === 'rejected') setBit(row.declared, seq % ledgerBlockSeqs);
  });
  return [...blocks.values()];
}

function runOf(
  headSeq: number,
  ackedBelow: number,
  given: Partial<LedgerRunRow> = {},
): LedgerRunRow {
  return {
    deviceId: 'cam-1',
    runId,
    headSeq,
    ackedBelow,
    firstAt: start,
    lastAt: start + headSeq * 1_000,
    version: 1,
    ...given,
  };
}

const fates = (text: string): Fate[] =>
  Array.from(text, (letter) =>
    letter === 's'
      ? 'stored'
      : letter === 'd'
        ? 'declared'
        : letter === 'r'
          ? 'rejected'
          : 'missing',
  );

suite('summarizeLedger', () => {
  test('calls a missing seq unexplained below ackedBelow and pending from there to the head', () => {
    const now = start + 60_000;
    const summary = summarizeLedger({
      blocks: blocksOf(fates('ss.dr.s')),
      runs: [runOf(10, 5)],
      now,
      lastHeardAt: now,
    });
    assert.deepEqual(summary, {
      ...none,
      stored: 3,
      declared: 1,
      rejected: 1,
      unexplained: 1,
      pending: 4,
    });
  });

  test('calls pending seqs stranded once the device is silent for longer than its outbox keeps them', () => {
    const lastHeardAt = start + 60_000;
    const ask = (now: number) =>
      summarizeLedger({ blocks: blocksOf(fates('ss')), runs: [runOf(4, 2)], now, lastHeardAt });
    assert.equal(ask(lastHeardAt + outboxMaxAgeMs).pending, 2);
    assert.deepEqual(ask(lastHeardAt + outboxMaxAgeMs + 1), { ...none, stored: 2, stranded: 2 });
  });

  test('a run that later presence records no longer name must be complete', () => {
    const now = start + 3_600_000;
    const ask = (lastAt: number) =>
      summarizeLedger({
        blocks: blocksOf(fates('ss.')),
        runs: [runOf(3, 1), { ...runOf(0, 0, { firstAt: start + 5_000, lastAt }), runId: later }],
        now,
        lastHeardAt: now,
      });
    assert.deepEqual(ask(start + 60_000), { ...none, stored: 2, pending: 1 });
    assert.deepEqual(ask(start + 1_200_000), { ...none, stored: 2, unexplained: 1 });
  });

  test('markers alone prove nothing about other seqs', () => {
    const blocks = blocksOf(fates('..r'));
    const summary = summarizeLedger({ blocks, runs: [], now: start, lastHeardAt: start });
    assert.deepEqual(summary, { ...none, rejected: 1 });
  });

  test('counts a range by the time of its blocks and places missing seqs between their neighbours', () => {
    const text = 's'.repeat(100) + '.'.repeat(20) + 's'.repeat(100);
    const ask = (fromSecond: number, toSecond: number) =>
      summarizeLedger({
        blocks: blocksOf(fates(text)),
        runs: [runOf(320, 220, { lastAt: start + 320_000 })],
        now: start + 400_000,
        lastHeardAt: start + 400_000,
        range: { from: start + fromSecond * 1_000, to: start + toSecond * 1_000 },
      });
    assert.deepEqual(ask(-100, 0), none);
    assert.deepEqual(ask(219, 320), { ...none, pending: 100 });
    const half = ask(0, 110);
    assert.ok(Math.abs(half.stored - 100) <= 1);
    assert.ok(Math.abs(half.unexplained - 10) <= 1);
  });

  test('one lost record shows in each range that may hold it', () => {
    const hour = { from: start, to: start + 10_000 };
    const summary = summarizeLedger({
      blocks: blocksOf(fates('s.' + 's'.repeat(1_000))),
      runs: [runOf(1_002, 1_002)],
      now: start,
      lastHeardAt: start,
      range: hour,
    });
    assert.equal(summary.unexplained, 1);
  });

  test('counts each seq once whatever the fates, over several blocks and missing ones', () => {
    const fate = fc.constantFrom<Fate>('stored', 'declared', 'rejected', 'missing');
    const stretches = fc.array(fc.tuple(fate, fc.integer({ min: 1, max: 6_000 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(stretches, fc.nat(30_000), fc.nat(5_000), (parts, acked, more) => {
        const all = parts.flatMap(([kind, length]) => Array.from({ length }, () => kind));
        const head = all.length + more;
        const ackedBelow = Math.min(acked, head);
        const count = (kind: Fate) => all.filter((each) => each === kind).length;
        const lost = all.slice(0, ackedBelow).filter((each) => each === 'missing').length;
        const unexplained = lost + Math.max(0, ackedBelow - all.length);
        const summary = summarizeLedger({
          blocks: blocksOf(all),
          runs: [runOf(head, ackedBelow)],
          now: start,
          lastHeardAt: start,
        });
        assert.deepEqual(summary, {
          stored: count('stored'),
          declared: count('declared'),
          rejected: count('rejected'),
          pending: count('missing') + more - unexplained,
          stranded: 0,
          unexplained,
        });
      }),
      { numRuns: 60 },
    );
  });
});
