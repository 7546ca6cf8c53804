export interface WriteBudgetOptions {
  readonly maxBytesPerHour: number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

const minuteMs = 60_000;
const minutes = 60;
/** Nothing is stretched before this share of the budget is used. */
const freeShare = 0.5;
/** What is used beyond the free share doubles the stretch so often until nothing is left. */
const doublings = 12;
/** The outbox syncs ten times less often before a single sample is left out: 2 s instead of 200 ms. */
const mostFlushStretch = 10;
const mostSampleStretch = 2 ** doublings / mostFlushStretch;

/**
 * Bytes written in the last hour, and what has to be done so that they stay within a budget: first the outbox syncs
 * less often, then samples come less often. Stretched by up to 4,096 in all, so that whatever a camera sees (100
 * samples a second) ends in a balance below the budget; visits, presence and gaps are written in any case.
 */
export class WriteBudget {
  readonly #maxBytesPerHour: number;
  readonly #nowMs: () => number;
  /** Bytes of each minute of the last hour, at the minute's number modulo 60. */
  readonly #minutes = new Float64Array(minutes);
  #minute: number;
  #sum = 0;
  #total = 0;

  constructor({ maxBytesPerHour, nowMs }: WriteBudgetOptions) {
    this.#maxBytesPerHour = maxBytesPerHour;
    this.#nowMs = nowMs;
    this.#minute = Math.floor(nowMs() / minuteMs);
  }

  get maxBytesPerHour(): number {
    return this.#maxBytesPerHour;
  }

  /** Of the running minute and the 59 before it. */
  get writtenBytesLastHour(): number {
    this.#advance();
    return this.#sum;
  }

  /** All that was noted. */
  get totalBytes(): number {
    return this.#total;
  }

  note(bytes: number): void {
    this.#advance();
    this.#minutes[this.#minute % minutes]! += bytes;
    this.#sum += bytes;
    this.#total += bytes;
  }

  /** How many times longer than asked for the outbox waits between two syncs, 1 to 10. */
  get flushStretch(): number {
    return Math.min(this.#stretch, mostFlushStretch);
  }

  /** How many times longer than asked for a track waits between two samples, 1 to 410. */
  get sampleStretch(): number {
    return Math.min(Math.max(1, this.#stretch / mostFlushStretch), mostSampleStretch);
  }

  get #stretch(): number {
    const used = this.writtenBytesLastHour / this.#maxBytesPerHour;
    return 2 ** (doublings * Math.max(0, (used - freeShare) / (1 - freeShare)));
  }

  #advance(): void {
    const minute = Math.floor(this.#nowMs() / minuteMs);
    const passed = Math.min(minutes, minute - this.#minute);
    for (let step = 1; step <= passed; step += 1) {
      const slot = (this.#minute + step) % minutes;
      this.#sum -= this.#minutes[slot]!;
      this.#minutes[slot] = 0;
    }
    this.#minute = Math.max(minute, this.#minute);
  }
}
