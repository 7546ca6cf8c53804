import type { FrameSource } from '../ports.ts';

/** Networks that don't hang again for so long are mended. */
const mendedAfterMs = 5 * 60_000;

/** Signs that the agent really works, whichever run of it: its runs note them, the watchdog's keeper reads them. */
export class VitalSigns {
  readonly #nowMs: () => number;
  #frameAtMs: number;
  #isPaused = false;
  #flush: (() => Promise<void>) | undefined;
  #firstHangAtMs = 0;
  #lastHangAtMs = -Infinity;

  constructor({ nowMs }: { readonly nowMs: () => number }) {
    this.#nowMs = nowMs;
    this.#frameAtMs = nowMs();
  }

  /** How long the camera has given no frame although it may. */
  get frameAgeMs(): number {
    if (this.#isPaused) this.#frameAtMs = this.#nowMs();
    return this.#nowMs() - this.#frameAtMs;
  }

  /** How long the networks have been hanging again and again, run after run; 0 where they don't. */
  get hangingMs(): number {
    const isMended = this.#nowMs() - this.#lastHangAtMs > mendedAfterMs;
    return isMended ? 0 : this.#lastHangAtMs - this.#firstHangAtMs;
  }

  /** Resolves once the outbox has dealt with what it holds, well or not; undefined while no run is there to ask. */
  get flush(): (() => Promise<void>) | undefined {
    return this.#flush;
  }

  /** A run begins, and tells what it does. */
  beginRun({ flush }: { readonly flush: () => Promise<void> }): void {
    this.#isPaused = false;
    this.#flush = flush;
  }

  endRun(): void {
    this.#flush = undefined;
  }

  /** The networks hang: the run ends, and another begins with a thread of its own. */
  noteHang(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#lastHangAtMs > mendedAfterMs) this.#firstHangAtMs = nowMs;
    this.#lastHangAtMs = nowMs;
  }

  /** The privacy switch is on: no frame is what it is there for. */
  setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#frameAtMs = this.#nowMs();
  }

  /** The same camera, whose frames are noted. */
  watch(source: FrameSource): FrameSource {
    return {
      start: (events) =>
        source.start({
          onFrame: (frame) => {
            this.#frameAtMs = this.#nowMs();
            events.onFrame(frame);
          },
          onState: (state, detail) => events.onState(state, detail),
        }),
      stop: (options) => source.stop(options),
    };
  }
}
