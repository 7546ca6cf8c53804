import { Type, type Static } from 'typebox';

export interface WriteBudgetOptions {
  readonly maxBytesPerHour: number;
  /** Monotonic ms since the machine started. */
  readonly nowMs: () => number;
}

/** Bytes of minutes, to go on with in another process. */
export const WrittenMinutes = Type.Object({
  /** The minute of the first figure, by the clock of `nowMs`. */
  minute: Type.Integer(),
  /** Of that minute and those before it, newest first. */
  bytes: Type.Array(Type.Number({ minimum: 0 })),
});
export type WrittenMinutes = Static<typeof WrittenMinutes>;

const minuteMs = 60_000;
/** One more than an hour has, so that no hour that begins amid a minute holds more than their sum. */
const minutes = 61;
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
  /** Bytes of each minute of the last hour, at the minute's number modulo their count. */
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

  /** Of the running minute and the 60 before it. */
  get writtenBytesLastHour(): number {
    this.#advance();
    return this.#sum;
  }

  /** All that was noted here. */
  get totalBytes(): number {
    return this.#total;
  }

  get writtenMinutes(): WrittenMinutes {
    this.#advance();
    const bytes = Array.from({ length: minutes }, (_, age) => this.#minutes[this.#slot(age)]!);
    return { minute: this.#minute, bytes };
  }

  note(bytes: number): void {
    this.#advance();
    this.#add(bytes, 0);
    this.#total += bytes;
  }

  /**
   * Goes on with what another process has written. Nobody knows for how long a machine was off, so time counts for as
   * little as it can have been: since then by the same start's clock, or since this start where that clock is behind.
   */
  goOn(written: WrittenMinutes): void {
    this.#advance();
    const newest = written.minute <= this.#minute ? this.#minute - written.minute : this.#minute;
    for (const [index, bytes] of written.bytes.entries()) {
      if (newest + index < minutes) this.#add(bytes, newest + index);
    }
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

  #add(bytes: number, age: number): void {
    this.#minutes[this.#slot(age)]! += bytes;
    this.#sum += bytes;
  }

  #slot(age: number): number {
    return (this.#minute + minutes - age) % minutes;
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
