export interface FlushPacerOptions {
  readonly minIntervalMs?: number;
  readonly maxIntervalMs?: number;
}

export interface FlushObservation {
  /** Without the time in which the batch before was in hand, too. */
  readonly durationMs: number;
  /** Since the batch before ended, by the same monotonic clock; 0 at the first. */
  readonly sincePreviousMs: number;
  /** The batch held as many entries as fit: more are waiting. */
  readonly isFull: boolean;
}

/** Part of the time that writing may take before batches are made rarer, and below which they come sooner. */
const busyShare = { high: 0.8, low: 0.6 };
/** Weight of the newest batch in both times. */
const smoothing = 0.1;

/**
 * How long entries gather before the next flush. Each flush rewrites whole windows, so that fewer, larger
 * ones cost less: the interval stretches while writing takes most of the time and shrinks when it is idle.
 * With a backlog there is nothing to gather, and waiting would only keep it.
 */
export class FlushPacer {
  readonly #minMs: number;
  readonly #maxMs: number;
  #intervalMs: number;
  /** Averages of a batch and of the pause before it. The partitions' batches come in bursts: most pauses are none. */
  #busyMs = 0;
  #idleMs = 0;

  constructor({ minIntervalMs = 200, maxIntervalMs = 5_000 }: FlushPacerOptions = {}) {
    this.#minMs = minIntervalMs;
    this.#maxMs = maxIntervalMs;
    this.#intervalMs = minIntervalMs;
  }

  intervalMs(): number {
    return this.#intervalMs;
  }

  observe({ durationMs, sincePreviousMs, isFull }: FlushObservation): void {
    this.#busyMs += smoothing * (durationMs - this.#busyMs);
    this.#idleMs += smoothing * (sincePreviousMs - this.#idleMs);
    const busy = this.#busyMs / Math.max(1, this.#busyMs + this.#idleMs);
    if (isFull) this.#intervalMs = this.#minMs;
    else if (busy > busyShare.high) this.#set(this.#intervalMs * 1.05);
    else if (busy < busyShare.low) this.#set(this.#intervalMs * 0.95);
  }

  #set(intervalMs: number): void {
    this.#intervalMs = Math.min(this.#maxMs, Math.max(this.#minMs, intervalMs));
  }
}
