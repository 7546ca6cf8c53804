import type { Logger } from '@emotion-fleet/service';
import type { Frame, FrameSource, FrameSourceEvents, PrivacySwitch } from '../ports.ts';

export interface CameraControlOptions {
  readonly source: FrameSource;
  /** Without one the camera films from start to stop. */
  readonly privacySwitch?: PrivacySwitch | undefined;
  /** Nothing comes while the switch is on. */
  readonly events: FrameSourceEvents;
  /** At once when the switch turns, before the camera has stopped; not at a start with the switch off. */
  readonly onSwitch: (isPaused: boolean) => void;
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** The promise to whoever turns the switch: the camera's process is gone by then. */
const stopWithinMs = 200;
/** A camera that can't be opened again is tried again. */
const retryMs = 10_000;

/**
 * Opens and closes the camera as the privacy switch says. From the moment of "on" no frame passes,
 * however long the camera takes to stop; one start or stop at a time, the last position wins.
 */
export class CameraControl {
  readonly #options: CameraControlOptions;
  #isPaused = false;
  #isStopped = false;
  /** The camera is open, or is being opened. */
  #isFilming = false;
  #hasStarted = false;
  #isFollowing = false;
  #following: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: CameraControlOptions) {
    this.#options = options;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Rejects with an OperatorError where the switch can't be read or the camera can't be opened. */
  async start(): Promise<void> {
    const { privacySwitch, source } = this.#options;
    await privacySwitch?.start((isOn) => this.#turn(isOn));
    if (!this.#isPaused) {
      this.#isFilming = true;
      await source.start(this.#events());
    }
    this.#hasStarted = true;
    this.#settle();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#options.privacySwitch?.stop();
    this.#settle();
    await this.#following;
  }

  #turn(isPaused: boolean): void {
    if (isPaused === this.#isPaused || this.#isStopped) return;
    this.#isPaused = isPaused;
    this.#options.onSwitch(isPaused);
    this.#settle();
  }

  #settle(): void {
    if (!this.#hasStarted && !this.#isStopped) return;
    clearTimeout(this.#retry);
    if (!this.#isFollowing) this.#following = this.#follow();
  }

  async #follow(): Promise<void> {
    this.#isFollowing = true;
    try {
      while (this.#wantsFilm() !== this.#isFilming) {
        if (this.#isFilming) await this.#close();
        else if (!(await this.#open())) return;
      }
    } finally {
      // In the same turn as the last comparison, so that no position is missed in between.
      this.#isFollowing = false;
    }
  }

  #wantsFilm(): boolean {
    return !this.#isPaused && !this.#isStopped;
  }

  async #close(): Promise<void> {
    const { source, nowMs, logger } = this.#options;
    this.#isFilming = false;
    if (this.#isStopped) return source.stop();
    const askedAtMs = nowMs();
    await source.stop({ withinMs: stopWithinMs });
    logger.info(
      { tookMs: Math.round(nowMs() - askedAtMs) },
      'camera stopped by the privacy switch',
    );
  }

  /** False where the camera can't be opened; it is tried again. */
  async #open(): Promise<boolean> {
    const { source, events, logger } = this.#options;
    try {
      this.#isFilming = true;
      await source.start(this.#events());
      return true;
    } catch (error) {
      this.#isFilming = false;
      logger.error({ err: error }, 'the camera does not open again');
      if (this.#wantsFilm()) events.onState('lost', 'The camera does not open again.');
      this.#retry = setTimeout(() => this.#settle(), retryMs);
      return false;
    }
  }

  #events(): FrameSourceEvents {
    const { events } = this.#options;
    return {
      onFrame: (frame: Frame) => {
        if (this.#wantsFilm()) events.onFrame(frame);
      },
      onState: (state, detail) => {
        if (this.#wantsFilm()) events.onState(state, detail);
      },
    };
  }
}
