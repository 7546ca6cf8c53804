import type { GapReason } from '@emotion-fleet/contracts';
import { coverageOf, withWallTimes, type Coverage } from './coverage.ts';
import type { StoredRecord } from './frame.ts';
import type { OutboxFiles } from './outbox-files.ts';
import { firstSeqOfSegment, ordinalOfSegment, type OutboxState } from './outbox-state.ts';
import { RangeSet, type Range } from './range-set.ts';
import { Run, type Segment } from './run.ts';
import { maxRuns } from './run-book.ts';
import { scanSegment, type SegmentScan } from './segment-scan.ts';

/** What an outbox finds in its folder at its start. */
export interface Recovered {
  /** Runs that still have something to send or to report, oldest first. */
  readonly earlier: readonly Run[];
  readonly nextOrdinal: number;
  /** What the new run must declare. */
  readonly coverages: readonly Coverage[];
  /** Files whose records are all declared; they go once the gaps are durable. */
  readonly obsolete: readonly string[];
  /** Files with torn tails, to be cut once the gaps are durable. */
  readonly torn: readonly { readonly name: string; readonly goodBytes: number }[];
}

export interface RecoverOptions {
  readonly files: OutboxFiles;
  readonly state: OutboxState;
}

/** A run and what its files hold. */
interface Found {
  readonly run: Run;
  /** False where no intact slot of the state file names the run. */
  readonly known: boolean;
  readonly present: RangeSet;
  readonly gaps: readonly StoredRecord[];
  /** Times at the edges of what is present, to date a range given up. */
  readonly times: readonly { readonly seq: number; readonly atMs: number }[];
}

/**
 * Reads what earlier runs have left. Every seq below a run's head that is neither settled, nor readable, nor covered
 * by a gap that waits is declared `corrupt`; a run without an offset can't be dated and is declared whole.
 */
export async function recover({ files, state }: RecoverOptions): Promise<Recovered> {
  const byOrdinal = Map.groupBy((await files.list()).toSorted(), ordinalOfSegment);
  byOrdinal.delete(undefined);
  const stored = new Map(state.runs.map((run) => [run.ordinal, run]));
  const found: Found[] = [];
  const obsolete: string[] = [];
  const torn: { name: string; goodBytes: number }[] = [];
  const ordinals = new Set([...byOrdinal.keys(), ...stored.keys()] as number[]);
  for (const ordinal of [...ordinals].toSorted((a, b) => a - b)) {
    const names = byOrdinal.get(ordinal) ?? [];
    const known = stored.get(ordinal);
    // The removal of a finished run's file was not yet durable at a power cut.
    const finished = known === undefined && ordinal < state.nextOrdinal;
    const scans = finished ? [] : await scanAll(files, names);
    const runId = known?.runId ?? scans.find((scan) => scan.runId !== undefined)?.runId;
    if (runId === undefined) obsolete.push(...names);
    else {
      const run = known === undefined ? new Run({ ordinal, runId }) : runOf(known);
      found.push(inspect({ run, known: known !== undefined, scans }));
      torn.push(...scans.filter(({ isCut }) => isCut));
      obsolete.push(...scans.filter((scan) => scan.records.length === 0).map(({ name }) => name));
    }
  }
  const nextOrdinal = Math.max(state.nextOrdinal, ...[...ordinals].map((ordinal) => ordinal + 1));
  const kept = found.filter(({ run }) => run.headSeq > 0);
  // More than a presence record can name: the oldest are declared and reported no more.
  const excess = Math.max(0, kept.length - (maxRuns - 1));
  const forgotten = new Set(kept.slice(0, excess).map(({ run }) => run));
  const reasons = givenUp(kept, forgotten);
  const coverages = [...carried(kept, reasons), ...kept.flatMap((one) => lossesOf(one, reasons))];
  for (const { run } of kept) {
    if (reasons.has(run)) obsolete.push(...run.segments.splice(0).map(({ name }) => name));
  }
  return {
    earlier: kept.slice(excess).map(({ run }) => run),
    nextOrdinal,
    coverages,
    obsolete,
    torn: torn.filter(({ name }) => !obsolete.includes(name)),
  };
}

async function scanAll(files: OutboxFiles, names: readonly string[]): Promise<SegmentScan[]> {
  const scans: SegmentScan[] = [];
  for (const name of names) scans.push(await scanSegment(files, name));
  return scans;
}

function runOf(state: OutboxState['runs'][number]): Run {
  return new Run({ ...state, settled: state.settled.map(([from, end]) => ({ from, end })) });
}

interface InspectOptions {
  readonly run: Run;
  readonly known: boolean;
  readonly scans: readonly SegmentScan[];
}

function inspect({ run, known, scans }: InspectOptions): Found {
  const present = new RangeSet();
  const gaps: StoredRecord[] = [];
  const times: { seq: number; atMs: number }[] = [];
  for (const { records, ...scan } of scans) {
    for (const [index, record] of records.entries()) {
      present.add({ from: record.seq, end: record.seq + 1 });
      if (record.kind === 'gap') gaps.push(record);
      const edge =
        records[index - 1]?.seq !== record.seq - 1 ||
        records[index + 1]?.seq !== record.seq + 1 ||
        record.seq === run.ackedBelow;
      if (edge) times.push({ seq: record.seq, atMs: record.observedAtMs });
    }
    const first = records[0];
    const last = records.at(-1);
    if (first === undefined || last === undefined) continue;
    run.segments.push(segmentOf(scan, first, last));
    run.headSeq = Math.max(run.headSeq, last.seq + 1);
  }
  // Torn bytes at the very end were at least one record, whether it was synced or not.
  const tail = scans.at(-1);
  if (tail?.isCut === true) run.headSeq = Math.max(run.headSeq, nextSeqOf(tail) + 1);
  run.syncedSeq = run.headSeq;
  return { run, known, present, gaps, times };
}

/** Of the first record that can't be read at the end of a segment. */
function nextSeqOf({ name, records }: SegmentScan): number {
  return (records.at(-1)?.seq ?? firstSeqOfSegment(name) - 1) + 1;
}

function segmentOf(
  { name, goodBytes }: Pick<SegmentScan, 'name' | 'goodBytes'>,
  first: StoredRecord,
  last: StoredRecord,
): Segment {
  const firstAtMs = first.observedAtMs;
  return { name, firstSeq: first.seq, endSeq: last.seq + 1, bytes: goodBytes, firstAtMs };
}

/** Runs whose records are given up as a whole, and why. */
function givenUp(found: readonly Found[], forgotten: ReadonlySet<Run>): Map<Run, GapReason> {
  const reasons = new Map<Run, GapReason>();
  for (const { run, known } of found) {
    if (run.offset === undefined) reasons.set(run, known ? 'clock_unknown' : 'corrupt');
    else if (forgotten.has(run)) reasons.set(run, 'outbox_full');
  }
  return reasons;
}

/**
 * Marks what waiting gaps cover, and returns the coverage of those gaps that are themselves given up. Newest first:
 * whether a gap still waits depends on newer gaps alone.
 */
function carried(found: readonly Found[], reasons: ReadonlyMap<Run, GapReason>): Coverage[] {
  const runs = new Map(found.map(({ run }) => [run.runId, run]));
  const carry: Coverage[] = [];
  for (const { run, gaps } of found.toReversed()) {
    for (const gap of gaps.toReversed()) {
      if (run.nextWaiting(gap.seq) !== gap.seq) continue;
      const coverage = withWallTimes(coverageOf(gap), run.offset);
      runs.get(coverage.ofRunId)?.declared.add(coverage);
      if (reasons.has(run)) carry.push(coverage);
    }
  }
  return carry.toReversed();
}

function lossesOf(
  { run, present, times }: Found,
  reasons: ReadonlyMap<Run, GapReason>,
): Coverage[] {
  const waiting = run.waitingWithin({ from: 0, end: run.headSeq });
  const reason = reasons.get(run);
  const lost =
    reason === undefined ? waiting.flatMap((range) => present.missingWithin(range)) : waiting;
  return lost.map((range) =>
    withWallTimes(
      {
        ...range,
        ...datesOf(range, times),
        ofRunId: run.runId,
        reason: reason ?? 'corrupt',
      },
      run.offset,
    ),
  );
}

/** The nearest known times at or around a range. */
function datesOf(range: Range, times: Found['times']): Pick<Coverage, 'fromAt' | 'toAt'> {
  const inside = times.filter(({ seq }) => seq >= range.from && seq < range.end);
  const before = times.findLast(({ seq }) => seq < range.from);
  const after = times.find(({ seq }) => seq >= range.end);
  const from = inside[0] ?? before ?? after;
  const to = inside.at(-1) ?? after ?? before;
  if (from === undefined || to === undefined) return {};
  return {
    fromAt: { monotonicMs: Math.min(from.atMs, to.atMs) },
    toAt: { monotonicMs: Math.max(from.atMs, to.atMs) },
  };
}
