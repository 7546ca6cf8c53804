import { ledgerBlockSeqs, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import type { TimeRange } from '../observation-store.ts';
import type { LedgerBlockRow, LedgerRunRow } from '../rows.ts';
import { bitExtent, countBits, type BitRange } from './bitmap.ts';

/** What became of the records of a device, by count. */
export interface LedgerSummary {
  readonly stored: number;
  /** Given up by the device and said so. */
  readonly declared: number;
  /** Could never be accepted; a marker stands in their place. */
  readonly rejected: number;
  /** Not here yet, and the device still answers for them. */
  readonly pending: number;
  /** Pending at a device that has been silent for longer than an outbox keeps records. */
  readonly stranded: number;
  /** Acked by us, yet neither stored nor declared: a fault of the system. */
  readonly unexplained: number;
}

export interface LedgerQuery {
  /** Rows of one device, all runs, any order. */
  readonly blocks: readonly LedgerBlockRow[];
  readonly runs: readonly LedgerRunRow[];
  /** Epoch ms. */
  readonly now: number;
  /** Epoch ms of the last word from the device, of any kind; unknown counts as silent. */
  readonly lastHeardAt?: number | undefined;
  /** Counts only what falls in this time, see `summarizeLedger`; without it everything, exactly. */
  readonly range?: TimeRange | undefined;
}

/**
 * A run is over once a later one has been heard for this long without anyone naming the older: an outbox
 * sends in order and names each run that it still holds in every presence record (one a minute).
 */
export const runOverAfterMs = 10 * 60_000;

/** Some consecutive seqs with one fate each, spread evenly over a stretch of time. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly startsAt: number;
  readonly endsAt: number;
}

/**
 * Counts what became of the records of one device. Below `ackedBelow` a missing seq is unexplained; from
 * there to `headSeq` it is pending, stranded once the device has been silent for `outboxMaxAgeMs`, and
 * unexplained once its run is over (`runOverAfterMs`).
 *
 * With a range the counts are estimates: a bitmap knows no time of a single seq, so that seqs count as spread
 * evenly, those between the first and last known seq of a block over that block's `firstAt .. lastAt`, those
 * before (after) it over the time since the last known block (until the next one; the run's own first and last
 * time at its ends). The sums are rounded; `unexplained` is rounded up, so that one lost record never hides.
 */
export function summarizeLedger(query: LedgerQuery): LedgerSummary {
  const total = { stored: 0, declared: 0, rejected: 0, pending: 0, stranded: 0, unexplained: 0 };
  const silent = query.now - (query.lastHeardAt ?? -Infinity) > outboxMaxAgeMs;
  const blocksByRun = Map.groupBy(query.blocks, ({ runId }) => runId);
  const runIds = new Set([...blocksByRun.keys(), ...query.runs.map(({ runId }) => runId)]);
  for (const runId of runIds) {
    const blocks = (blocksByRun.get(runId) ?? []).toSorted((a, b) => a.block - b.block);
    const run = query.runs.find((candidate) => candidate.runId === runId);
    const weigh = weigher(query.range);
    for (const block of blocks) countBlock(block, weigh, total);
    // A run known by markers alone: their seqs come from bad records and prove nothing about others.
    if (run === undefined) continue;
    const ackedBelow = answerableFrom(run, query.runs);
    for (const { counts, stretch } of missingStretches(blocks, run)) {
      total.unexplained += weigh(counts(0, ackedBelow), stretch);
      total[silent ? 'stranded' : 'pending'] += weigh(counts(ackedBelow, run.headSeq), stretch);
    }
  }
  return {
    stored: Math.round(total.stored),
    declared: Math.round(total.declared),
    rejected: Math.round(total.rejected),
    pending: Math.round(total.pending),
    stranded: Math.round(total.stranded),
    // Float dust of a sum of shares must not become a lost record.
    unexplained: Math.max(0, Math.ceil(total.unexplained - 1e-9)),
  };
}

/** From which seq on the device still answers for the run: `ackedBelow`, or its head once the run is over. */
function answerableFrom(run: LedgerRunRow, runs: readonly LedgerRunRow[]): number {
  const isOver = runs.some(
    (later) =>
      later.runId !== run.runId &&
      later.firstAt > run.firstAt &&
      later.lastAt - Math.max(later.firstAt, run.lastAt) > runOverAfterMs,
  );
  return isOver ? run.headSeq : run.ackedBelow;
}

type Weigh = (count: number, stretch: Pick<Stretch, 'startsAt' | 'endsAt'>) => number;

/** The share of a count that falls in the range when it is spread evenly over the stretch. */
function weigher(range: TimeRange | undefined): Weigh {
  if (range === undefined) return (count) => count;
  return (count, { startsAt, endsAt }) => {
    if (count === 0) return 0;
    if (endsAt <= startsAt) return startsAt >= range.from && startsAt < range.to ? count : 0;
    const overlapMs = Math.min(endsAt, range.to) - Math.max(startsAt, range.from);
    return overlapMs <= 0 ? 0 : (count * overlapMs) / (endsAt - startsAt);
  };
}

function countBlock(
  block: LedgerBlockRow,
  weigh: Weigh,
  total: { stored: number; declared: number; rejected: number },
): void {
  const stretch = { startsAt: block.firstAt, endsAt: block.lastAt };
  const stored = countBits(block.stored);
  const rejected = countBits(andNot(block.rejected, block.stored));
  const explained = countBits(explainedBits(block));
  total.stored += weigh(stored, stretch);
  total.rejected += weigh(rejected, stretch);
  total.declared += weigh(explained - stored - rejected, stretch);
}

/** Missing seqs of one stretch: `counts(from, to)` says how many of them lie in these seqs. */
interface Missing {
  readonly stretch: Stretch;
  readonly counts: (fromSeq: number, toSeq: number) => number;
}

/** Every stretch below the run's head that may hold missing seqs, placed in time. */
function* missingStretches(
  blocks: readonly LedgerBlockRow[],
  run: LedgerRunRow,
): Generator<Missing> {
  let seq = 0;
  let knownUntil = run.firstAt;
  for (const block of blocks) {
    const bits = explainedBits(block);
    const extent = bitExtent(bits);
    if (extent === undefined) continue;
    const base = block.block * ledgerBlockSeqs;
    const startsAt = Math.min(knownUntil, block.firstAt);
    yield hole({ from: seq, to: base + extent.from, startsAt, endsAt: block.firstAt });
    yield within(block, bits, extent);
    seq = base + extent.to;
    knownUntil = block.lastAt;
  }
  const endsAt = Math.max(knownUntil, run.lastAt);
  yield hole({ from: seq, to: run.headSeq, startsAt: knownUntil, endsAt });
}

/** A stretch of which nothing at all is known. */
function hole(stretch: Stretch): Missing {
  return {
    stretch,
    counts: (from, to) => Math.max(0, Math.min(stretch.to, to) - Math.max(stretch.from, from)),
  };
}

/** The part of a block between its first and last known seq. */
function within(block: LedgerBlockRow, bits: Uint8Array, extent: BitRange): Missing {
  const base = block.block * ledgerBlockSeqs;
  return {
    stretch: {
      from: base + extent.from,
      to: base + extent.to,
      startsAt: block.firstAt,
      endsAt: block.lastAt,
    },
    counts: (fromSeq, toSeq) => {
      const from = Math.max(extent.from, fromSeq - base);
      const to = Math.min(extent.to, toSeq - base);
      return to <= from ? 0 : to - from - countBits(bits, { from, to });
    },
  };
}

function explainedBits({ stored, declared, rejected }: LedgerBlockRow): Uint8Array {
  return stored.map((byte, index) => byte | declared[index]! | rejected[index]!);
}

function andNot(bits: Uint8Array, mask: Uint8Array): Uint8Array {
  return bits.map((byte, index) => byte & ~mask[index]!);
}
