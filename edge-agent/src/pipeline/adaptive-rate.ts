export interface AdaptiveRateOptions {
  /** The most that is analysed, however fast the machine is. */
  readonly framesPerSecond: number;
}

/** Why the interval is longer than what was asked for. */
export type Slowdown = 'late' | 'hot';

/** An analysis may take this share of the time: the rest of the machine has work, too. */
const busyShare = 0.5;
/** Someone who stands still is looked at each 2 s, and so is everyone else. */
const longestIntervalMs = 2_000;
/** Weight of the newest analysis: the rate follows a load of seconds, not one slow frame. */
const newShare = 0.2;
/** A Pi lowers its own clock at 80 degrees: working less before that keeps what is left on time. */
const hotFromC = 75;
/** The interval doubles with so many degrees. */
const doublingC = 2.5;

/** How long to wait between analyses: what was asked for, stretched to what the machine gives. */
export class AdaptiveRate {
  readonly #shortestIntervalMs: number;
  #analysisMs = 0;
  /** The first pass of a network allocates and compiles: it says nothing of those that follow. */
  #isCold = true;
  #temperatureC = 0;

  constructor({ framesPerSecond }: AdaptiveRateOptions) {
    this.#shortestIntervalMs = 1_000 / framesPerSecond;
  }

  /** Takes in how long one analysis took, waiting for the processor included. */
  note(analysisMs: number): void {
    if (this.#isCold) {
      this.#isCold = false;
      return;
    }
    // More asks for no longer an interval, and would be remembered for minutes: a sleep of the machine lasts for hours.
    const newMs = Math.min(analysisMs, longestIntervalMs);
    const old = this.#analysisMs === 0 ? newMs : this.#analysisMs;
    this.#analysisMs = old + (newMs - old) * newShare;
  }

  /** Takes in the processor's temperature; undefined where nobody knows it. */
  noteTemperature(temperatureC: number | undefined): void {
    this.#temperatureC = temperatureC ?? 0;
  }

  get intervalMs(): number {
    const wantedMs = Math.max(this.#shortestIntervalMs, this.#affordableMs, this.#coolMs);
    return Math.min(wantedMs, Math.max(this.#shortestIntervalMs, longestIntervalMs));
  }

  /** Undefined where it looks as often as it was asked to. */
  get slowdown(): Slowdown | undefined {
    if (this.intervalMs <= this.#shortestIntervalMs) return undefined;
    return this.#coolMs > this.#affordableMs ? 'hot' : 'late';
  }

  get #affordableMs(): number {
    return this.#analysisMs / busyShare;
  }

  get #coolMs(): number {
    const heat = Math.max(0, this.#temperatureC - hotFromC);
    return this.#shortestIntervalMs * 2 ** (heat / doublingC);
  }
}
