import type { RunProgress } from '@emotion-fleet/contracts';
import type { ClockOffset } from '../clock/clock-offset.ts';
import type { Coverage } from './coverage.ts';
import type { OutboxState } from './outbox-state.ts';
import { countOf } from './range-set.ts';
import type { Run } from './run.ts';

/** As many runs as a presence record can name, the current one included. */
export const maxRuns = 64;

/** One record of a batch, by where it stands. */
export interface BatchItem {
  readonly ordinal: number;
  readonly seq: number;
  /** Monotonic ms of its run. */
  readonly observedAtMs: number;
  /** Set for a gap record: what its ack settles. */
  readonly covers: Coverage | undefined;
}

export interface RunBookOptions {
  /** Oldest first, at most `maxRuns - 1`. */
  readonly earlier: readonly Run[];
  readonly current: Run;
}

/**
 * Which seq of which run is acked, declared or waiting: the outbox without its files.
 * Invariant: created = acked + declared + waiting, where what waited at the start counts as created.
 */
export class RunBook {
  readonly current: Run;
  #runs: Run[];
  #created: number;
  #acked = 0;
  #declared = 0;

  constructor({ earlier, current }: RunBookOptions) {
    this.#runs = [...earlier, current];
    this.current = current;
    this.#created = this.waiting;
  }

  /** Oldest first; the current run is the last. */
  get runs(): readonly Run[] {
    return this.#runs;
  }

  get waiting(): number {
    return this.#runs.reduce((sum, run) => sum + run.waiting, 0);
  }

  get counts(): { created: number; acked: number; declared: number } {
    return { created: this.#created, acked: this.#acked, declared: this.#declared };
  }

  /** Gives the current run's next seq. */
  allocate(): number {
    this.#created += 1;
    return this.current.headSeq++;
  }

  /** What the presence record `seq` says of every run; remembers which runs it reports as complete. */
  report(seq: number): RunProgress[] {
    for (const run of this.#runs) {
      const finished = run !== this.current && run.complete && run.segments.length === 0;
      if (finished) run.finalReportSeq ??= seq;
    }
    return this.#runs.map((run) => run.progress);
  }

  /** A gap record that covers this has been appended. */
  declare(coverage: Coverage): void {
    const run = this.#find(coverage.ofRunId);
    if (run === undefined) return;
    this.#declared += countOf(run.waitingWithin(coverage));
    run.declared.add(coverage);
    if (run !== this.current) return;
    // A report that is given up has told nobody: the next presence record makes it again.
    for (const reported of this.#runs) {
      const seq = reported.finalReportSeq;
      if (seq !== undefined && run.declared.has(seq)) reported.finalReportSeq = undefined;
    }
  }

  /** The cloud holds these durably. Acking twice changes nothing. */
  ack(items: readonly BatchItem[]): void {
    for (const { ordinal, seq, observedAtMs, covers } of items) {
      const run = this.#runs.find((candidate) => candidate.ordinal === ordinal);
      if (run === undefined) continue;
      const record = { from: seq, end: seq + 1 };
      this.#acked += countOf(run.waitingWithin(record));
      run.settled.add(record);
      run.lastAckedAtMs = Math.max(run.lastAckedAtMs, observedAtMs);
      if (covers !== undefined) this.#settleCovered(covers);
      if (run === this.current) this.#forgetReported(seq);
    }
  }

  /** What must be on disk to go on after a restart; `offset` overrides that of the current run. */
  state(offset: ClockOffset | undefined): OutboxState {
    return {
      nextOrdinal: this.current.ordinal + 1,
      runs: this.#runs.map((run) => ({
        ordinal: run.ordinal,
        runId: run.runId,
        offset: run === this.current ? offset : run.offset,
        headSeq: run.syncedSeq,
        settled: run.settled.ranges().map(({ from, end }) => [from, end]),
      })),
    };
  }

  #settleCovered(covers: Coverage): void {
    const run = this.#find(covers.ofRunId);
    if (run === undefined) return;
    this.#declared += countOf(run.waitingWithin(covers));
    run.settled.add(covers);
  }

  /** A complete run may go once the cloud has its last report: only then can't its tail be missed unnoticed. */
  #forgetReported(presenceSeq: number): void {
    this.#runs = this.#runs.filter((run) => run.finalReportSeq !== presenceSeq);
  }

  #find(runId: string): Run | undefined {
    return this.#runs.find((run) => run.runId === runId);
  }
}
