export interface WriteBudgetOptions {
  readonly maxBytesPerHour: number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
}

const minuteMs = 60_000;
const minutes = 60;
/** The shares of the budget over which the outbox goes from a sync each 200 ms to one each 2 s. */
const syncShares = { from: 0.5, to: 0.6 };
const mostFlushStretch = 10;
/** From this share on samples come less often; the stretch doubles ten times until nothing is left. */
const sampleShare = 0.7;
const doublings = 10;

/**
 * Bytes written in the last hour, and what has to be done so that they stay within a budget: first the outbox syncs
 * less often, then samples come less often. The stretch grows so far that whatever a camera sees (100 samples a second)
 * ends in a balance below the budget; visits, presence and gaps are written in any case.
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
    const { from, to } = syncShares;
    const share = Math.min(1, Math.max(0, (this.#usedShare - from) / (to - from)));
    return 1 + share * (mostFlushStretch - 1);
  }

  /** How many times longer than asked for a track waits between two samples, 1 to 1,024. */
  get sampleStretch(): number {
    const share = Math.max(0, (this.#usedShare - sampleShare) / (1 - sampleShare));
    return 2 ** (doublings * Math.min(1, share));
  }

  get #usedShare(): number {
    return this.writtenBytesLastHour / this.#maxBytesPerHour;
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
