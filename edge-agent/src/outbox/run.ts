import type { RunProgress } from '@emotion-fleet/contracts';
import type { ClockOffset } from '../clock/clock-offset.ts';
import { countOf, RangeSet, type Range } from './range-set.ts';

/** One file of one run. */
export interface Segment {
  readonly name: string;
  readonly firstSeq: number;
  /** The seq after the last one in the file. */
  endSeq: number;
  /** Bytes that are known to be on disk. */
  bytes: number;
  /** Monotonic time of its first record, in its run. */
  readonly firstAtMs: number;
  /** Seq in the current run of the gap that gives it up: it goes once that gap is durable. */
  givenUpBy?: number;
}

export interface RunOptions {
  /** Grows by one for each start; names the run's files. */
  readonly ordinal: number;
  readonly runId: string;
  readonly offset?: ClockOffset | undefined;
  readonly headSeq?: number;
  readonly settled?: Iterable<Range>;
}

/**
 * What the outbox knows of one run. Each seq below `headSeq` is in exactly one state: *settled* (acked, or covered
 * by an acked gap), *declared* (covered by a gap that still waits), or *waiting*.
 */
export class Run {
  readonly ordinal: number;
  readonly runId: string;
  /** Set once it is on disk, before anything of the run is sent. */
  offset: ClockOffset | undefined;
  /** The next seq. */
  headSeq: number;
  /** Seqs below are durable, or known to be lost. */
  syncedSeq: number;
  readonly settled: RangeSet;
  readonly declared = new RangeSet();
  readonly segments: Segment[] = [];
  /** The current run's presence record that reported this run as complete. */
  finalReportSeq: number | undefined;
  /** Monotonic time, in this run, of the last record acked. */
  lastAckedAtMs = -Infinity;

  constructor({ ordinal, runId, offset, headSeq = 0, settled = [] }: RunOptions) {
    this.ordinal = ordinal;
    this.runId = runId;
    this.offset = offset;
    this.headSeq = headSeq;
    this.syncedSeq = headSeq;
    this.settled = RangeSet.of(settled);
  }

  get progress(): RunProgress {
    return { runId: this.runId, headSeq: this.headSeq, ackedBelow: this.ackedBelow };
  }

  /** The least seq neither acked nor covered by an acked gap. */
  get ackedBelow(): number {
    return this.settled.firstMissing(0);
  }

  get complete(): boolean {
    return this.ackedBelow >= this.headSeq;
  }

  /** What of `range` is neither settled nor declared. */
  waitingWithin(range: Range): Range[] {
    return this.settled.missingWithin(range).flatMap((open) => this.declared.missingWithin(open));
  }

  get waiting(): number {
    return countOf(this.waitingWithin({ from: 0, end: this.headSeq }));
  }

  /** The least waiting seq from `seq` on; may be `headSeq` or above. */
  nextWaiting(seq: number): number {
    for (let next = seq; ;) {
      const candidate = this.declared.firstMissing(this.settled.firstMissing(next));
      if (candidate === next) return next;
      next = candidate;
    }
  }
}
