import type { GapReason } from '@emotion-fleet/contracts';
import { epochAt, type ClockOffset } from '../clock/clock-offset.ts';
import { coverageOf, mergeCoverages, withWallTimes, type Coverage } from './coverage.ts';
import type { StoredRecord } from './frame.ts';
import type { GapWriter } from './gap-writer.ts';
import type { OutboxFiles } from './outbox-files.ts';
import type { Run, Segment } from './run.ts';
import type { RunBook } from './run-book.ts';
import type { SegmentLog } from './segment-log.ts';
import { scanSegment } from './segment-scan.ts';

export interface RetentionOptions {
  readonly files: OutboxFiles;
  readonly book: RunBook;
  readonly log: SegmentLog;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** Room kept for what is in memory and for gap records. */
  readonly reserveBytes: number;
  readonly gaps: Pick<GapWriter, 'declare'>;
}

/** Holds the outbox to its bytes and its age: whole segments go, the oldest first, and a gap record says so. */
export class Retention {
  readonly #options: RetentionOptions;
  /** The last gap made for each run, to be widened by the next one instead of standing beside it. */
  readonly #latest = new Map<string, { readonly seq: number; readonly coverage: Coverage }>();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Bytes of the segments that still hold waiting records. */
  get bytes(): number {
    return this.#holding().reduce((sum, { segment }) => sum + segment.bytes, 0);
  }

  /** Gives up the oldest segments until `incomingBytes` fit into the budget with the reserve left free. */
  async makeRoom(incomingBytes: number): Promise<void> {
    const { maxBytes, reserveBytes } = this.#options;
    const holding = this.#holding();
    let excess = this.bytes + incomingBytes + reserveBytes - maxBytes;
    const count = holding.findIndex(({ segment }) => {
      if (excess <= 0) return true;
      excess -= segment.bytes;
      return false;
    });
    await this.#giveUp(count < 0 ? holding : holding.slice(0, count), 'outbox_full');
  }

  /** Gives up the segments whose first record is too old; earlier runs can't be judged before the time is known. */
  async dropTooOld(nowMs: number, offset: ClockOffset | undefined): Promise<void> {
    const { book, maxAgeMs } = this.#options;
    const tooOld = this.#holding().filter(({ run, segment }) => {
      if (run === book.current) return nowMs - segment.firstAtMs > maxAgeMs;
      if (offset === undefined || run.offset === undefined) return false;
      return epochAt(offset, nowMs) - epochAt(run.offset, segment.firstAtMs) > maxAgeMs;
    });
    await this.#giveUp(tooOld, 'too_old');
  }

  /** Segments without a waiting record, the one being written excepted; what was given up stays until its gap is durable. */
  removable(): Held[] {
    const { book, log } = this.#options;
    return this.#segments().filter(
      ({ run, segment }) =>
        !log.isActive(segment) &&
        (segment.givenUpBy ?? -1) < book.current.syncedSeq &&
        !holds(run, segment),
    );
  }

  /** Declares the waiting records of the segments, merged, before it marks their files for removal. */
  async #giveUp(held: readonly Held[], reason: GapReason): Promise<void> {
    const { book, log, gaps } = this.#options;
    if (held.length === 0) return;
    const coverages: Coverage[] = [];
    for (const one of held) {
      if (log.isActive(one.segment)) log.rotate();
      coverages.push(...(await this.#coveragesOf(one, reason)));
    }
    for (const coverage of this.#widened(coverages, held)) {
      this.#latest.set(coverage.ofRunId, { seq: gaps.declare(coverage), coverage });
    }
    for (const { segment } of held) segment.givenUpBy = book.current.headSeq - 1;
  }

  /**
   * Joins what is given up now to the last gap of its run and reason that still waits, and leaves out what such a gap
   * covers anyway: in a long outage the gap records themselves are given up, and would come to fill the disk.
   */
  #widened(coverages: readonly Coverage[], held: readonly Held[]): Coverage[] {
    const { current } = this.#options.book;
    const keptFrom = Math.max(
      0,
      ...held.filter(({ run }) => run === current).map(({ segment }) => segment.endSeq),
    );
    for (const [runId, { seq }] of this.#latest) {
      if (seq < keptFrom || current.nextWaiting(seq) !== seq) this.#latest.delete(runId);
    }
    const wider = mergeCoverages([
      ...coverages,
      ...[...this.#latest.values()].map(({ coverage }) => coverage),
    ]);
    return wider.filter((one) => {
      const latest = this.#latest.get(one.ofRunId)?.coverage;
      return latest === undefined || one.from < latest.from || one.end > latest.end;
    });
  }

  /** What must be declared for a segment to go: its waiting records, and what its waiting gap records declare. */
  async #coveragesOf({ run, segment }: Held, reason: GapReason): Promise<Coverage[]> {
    const { files, book } = this.#options;
    const scan = await scanSegment(files, segment.name);
    const records = scan.records.filter(({ seq }) => run.nextWaiting(seq) === seq);
    const inherited = records.filter(({ kind }) => kind === 'gap').map(coverageOf);
    const own = run
      .waitingWithin({ from: segment.firstSeq, end: segment.endSeq })
      .map((range) => ({ ...range, ...datesOf(records, range), ofRunId: run.runId, reason }));
    // Monotonic times may stay in a gap record of their own run only.
    return [...inherited, ...own].map((coverage) =>
      run === book.current ? coverage : withWallTimes(coverage, run.offset),
    );
  }

  #holding(): Held[] {
    return this.#segments().filter(({ run, segment }) => holds(run, segment));
  }

  #segments(): Held[] {
    return this.#options.book.runs.flatMap((run) =>
      run.segments.map((segment) => ({ run, segment })),
    );
  }
}

export interface Held {
  readonly run: Run;
  readonly segment: Segment;
}

function holds(run: Run, { firstSeq, endSeq }: Segment): boolean {
  return run.nextWaiting(firstSeq) < endSeq;
}

function datesOf(
  records: readonly StoredRecord[],
  { from, end }: { from: number; end: number },
): Pick<Coverage, 'fromAt' | 'toAt'> {
  const times = records
    .filter(({ seq }) => seq >= from && seq < end)
    .map(({ observedAtMs }) => observedAtMs);
  if (times.length === 0) return {};
  return {
    fromAt: { monotonicMs: times.reduce((a, b) => Math.min(a, b)) },
    toAt: { monotonicMs: times.reduce((a, b) => Math.max(a, b)) },
  };
}
