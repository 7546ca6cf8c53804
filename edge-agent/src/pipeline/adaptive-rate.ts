export interface AdaptiveRateOptions {
  /** The most that is analysed, however fast the machine is. */
  readonly framesPerSecond: number;
}

/** An analysis may take this share of the time: the rest of the machine has work, too. */
const busyShare = 0.5;
/** Someone who stands still is looked at each 2 s, and so is everyone else. */
const longestIntervalMs = 2_000;
/** Weight of the newest analysis: the rate follows a load of seconds, not one slow frame. */
const newShare = 0.2;

/** How long to wait between analyses: what was asked for, stretched to what the machine gives. */
export class AdaptiveRate {
  readonly #shortestIntervalMs: number;
  #analysisMs: number | undefined;

  constructor({ framesPerSecond }: AdaptiveRateOptions) {
    this.#shortestIntervalMs = 1_000 / framesPerSecond;
  }

  /** Takes in how long one analysis took, waiting for the processor included. */
  note(analysisMs: number): void {
    const old = this.#analysisMs ?? analysisMs;
    this.#analysisMs = old + (analysisMs - old) * newShare;
  }

  get intervalMs(): number {
    const affordableMs = (this.#analysisMs ?? 0) / busyShare;
    return Math.min(
      Math.max(this.#shortestIntervalMs, affordableMs),
      Math.max(this.#shortestIntervalMs, longestIntervalMs),
    );
  }
}
