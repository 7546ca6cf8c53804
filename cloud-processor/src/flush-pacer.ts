export interface FlushPacerOptions {
  readonly minIntervalMs?: number;
  readonly maxIntervalMs?: number;
}

export interface FlushObservation {
  readonly durationMs: number;
  /** Since the batch before ended, by the same monotonic clock; 0 at the first. */
  readonly sincePreviousMs: number;
  /** The batch held as many entries as fit: more are waiting. */
  readonly isFull: boolean;
}

/** Part of the time that writing may take before batches are made rarer, and below which they come sooner. */
const busyShare = { high: 0.5, low: 0.25 };
/** Weight of the newest batch in the share that is busy. */
const smoothing = 0.2;

/**
 * How long entries gather before the next flush. Each flush rewrites whole windows, so that fewer, larger
 * ones cost less: the interval stretches while writing takes most of the time and shrinks when it is idle.
 * With a backlog there is nothing to gather, and waiting would only keep it.
 */
export class FlushPacer {
  readonly #minMs: number;
  readonly #maxMs: number;
  #intervalMs: number;
  #busy = 0;

  constructor({ minIntervalMs = 200, maxIntervalMs = 5_000 }: FlushPacerOptions = {}) {
    this.#minMs = minIntervalMs;
    this.#maxMs = maxIntervalMs;
    this.#intervalMs = minIntervalMs;
  }

  intervalMs(): number {
    return this.#intervalMs;
  }

  observe({ durationMs, sincePreviousMs, isFull }: FlushObservation): void {
    const share = durationMs / Math.max(1, durationMs + sincePreviousMs);
    this.#busy += smoothing * (share - this.#busy);
    if (isFull) this.#intervalMs = this.#minMs;
    else if (this.#busy > busyShare.high) this.#set(this.#intervalMs * 1.25);
    else if (this.#busy < busyShare.low) this.#set(this.#intervalMs * 0.9);
  }

  #set(intervalMs: number): void {
    this.#intervalMs = Math.min(this.#maxMs, Math.max(this.#minMs, intervalMs));
  }
}
