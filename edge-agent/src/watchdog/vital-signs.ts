import type { FrameSource } from '../ports.ts';

/** Signs that the agent really works, whichever run of it: its runs note them, the watchdog's keeper reads them. */
export class VitalSigns {
  readonly #nowMs: () => number;
  #frameAtMs: number;
  #isPaused = false;
  #flush: (() => Promise<void>) | undefined;

  constructor({ nowMs }: { readonly nowMs: () => number }) {
    this.#nowMs = nowMs;
    this.#frameAtMs = nowMs();
  }

  /** How long the camera has given no frame although it may. */
  get frameAgeMs(): number {
    if (this.#isPaused) this.#frameAtMs = this.#nowMs();
    return this.#nowMs() - this.#frameAtMs;
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
