import { storeGap, type Coverage } from './coverage.ts';
import { encodeRecord } from './frame.ts';
import type { MemoryTail } from './memory-tail.ts';
import type { OutboxClock } from './outbox-options.ts';
import type { RunBook } from './run-book.ts';

export interface GapWriterOptions {
  readonly book: RunBook;
  readonly tail: MemoryTail;
  readonly clock: OutboxClock;
  readonly runId: string;
  readonly modelId: string;
}

/** Appends gap records: the one kind that may go beyond the tail's limit, so that no loss stays silent. */
export class GapWriter {
  readonly #options: GapWriterOptions;

  constructor(options: GapWriterOptions) {
    this.#options = options;
  }

  /** Gives the seq of the gap record. */
  declare(coverage: Coverage): number {
    // A range of lost records ends before this gap record's own seq.
    this.declareLost();
    const { book, tail, clock, modelId } = this.#options;
    const seq = book.allocate();
    book.declare(coverage);
    const observedAtMs = clock.nowMs();
    const bytes = encodeRecord(storeGap({ coverage, seq, observedAtMs, modelId }));
    tail.push({ seq, observedAtMs, bytes });
    return seq;
  }

  /** What found no room in memory, if anything. */
  declareLost(): void {
    const { tail, runId: ofRunId } = this.#options;
    const lost = tail.takeLost();
    if (lost === undefined) return;
    const { from, end, fromAtMs, toAtMs } = lost;
    const [fromAt, toAt] = [{ monotonicMs: fromAtMs }, { monotonicMs: toAtMs }];
    this.declare({ from, end, ofRunId, reason: 'outbox_full', fromAt, toAt });
  }
}
