/** Early by this share of the interval is still on time: camera clocks jitter. */
const tolerance = 0.25;

/** Thins frames out to a rate, on an even grid. The interval can be stretched while it runs. */
export class FramePacer {
  #intervalMs: number;
  #dueAtMs: number | undefined;

  constructor({ framesPerSecond }: { framesPerSecond: number }) {
    this.#intervalMs = 1_000 / framesPerSecond;
  }

  setIntervalMs(intervalMs: number): void {
    this.#intervalMs = intervalMs;
  }

  /** True where a frame of this time is due; the next one is due an interval later. */
  accepts(nowMs: number): boolean {
    const dueAtMs = this.#dueAtMs ?? nowMs;
    if (nowMs < dueAtMs - this.#intervalMs * tolerance) return false;
    // What is late by more than half an interval isn't caught up with.
    this.#dueAtMs = Math.max(dueAtMs, nowMs - this.#intervalMs / 2) + this.#intervalMs;
    return true;
  }
}
