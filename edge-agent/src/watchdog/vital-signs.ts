import type { FrameSource } from '../ports.ts';
import type { Hangs } from './hangs.ts';

/** Networks that don't hang again for so long are mended. */
const mendedAfterMs = 5 * 60_000;
/** Hangs with less time between them are counted together. */
const forgottenAfterMs = 24 * 3_600_000;

export interface VitalSignsOptions {
  /** Monotonic ms since the machine started, the same for each process. */
  readonly nowMs: () => number;
  readonly wallMs?: () => number;
}

/** Signs that the agent really works, whichever run of it: its runs note them, the watchdog's keeper reads them. */
export class VitalSigns {
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  #frameAtMs: number;
  #isPaused = false;
  #flush: (() => Promise<void>) | undefined;
  #hangs: Hangs | undefined;

  constructor({ nowMs, wallMs = Date.now }: VitalSignsOptions) {
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    this.#frameAtMs = nowMs();
  }

  /** How long the camera has given no frame although it may. */
  get frameAgeMs(): number {
    if (this.#isPaused) this.#frameAtMs = this.#nowMs();
    return this.#nowMs() - this.#frameAtMs;
  }

  /** How long the networks have been hanging again and again, run after run; 0 where they don't. */
  get hangingMs(): number {
    const row = this.#row;
    return row === undefined ? 0 : row.rowToMs - row.rowFromMs;
  }

  /** Undefined where there was none for a day. */
  get hangs(): Hangs | undefined {
    const hangs = this.#hangs;
    const isOver = hangs === undefined || this.#wallMs() - hangs.lastWallMs > forgottenAfterMs;
    return isOver ? undefined : hangs;
  }

  /** The hangs that nothing has mended since; another start of the machine, whose clock is behind, may have. */
  get #row(): Pick<Hangs, 'rowFromMs' | 'rowToMs'> | undefined {
    if (this.#hangs === undefined) return undefined;
    const sinceMs = this.#nowMs() - this.#hangs.rowToMs;
    return sinceMs < 0 || sinceMs > mendedAfterMs ? undefined : this.#hangs;
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

  /** Goes on with what an earlier process noted. */
  goOn(hangs: Hangs): void {
    this.#hangs = hangs;
  }

  /** The networks hang: the run ends, and another begins with a thread of its own, here or in another process. */
  noteHang(): Hangs {
    const [nowMs, wallMs] = [this.#nowMs(), this.#wallMs()];
    const { times = 0, sinceWallMs = wallMs } = this.hangs ?? {};
    const { rowFromMs = nowMs } = this.#row ?? {};
    this.#hangs = { times: times + 1, sinceWallMs, lastWallMs: wallMs, rowFromMs, rowToMs: nowMs };
    return this.#hangs;
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
