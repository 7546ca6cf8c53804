import type { Slowdown } from '../pipeline/adaptive-rate.ts';
import type { CameraState, RecordSink, RunClock } from '../ports.ts';
import { PresenceInterval, type FrameFate } from './presence-interval.ts';

export interface PresenceMeterOptions {
  readonly sink: RecordSink;
  readonly clock: RunClock;
  readonly modelId: () => string;
}

const minuteMs = 60_000;
/** A frame stands for at most this long: what lies further back wasn't watched. */
const longestStepMs = 2_000;

/**
 * Says each minute what the camera did. Intervals end at whole minutes of the wall clock once the run
 * knows it, before that 60 s after they began.
 */
export class PresenceMeter {
  readonly #options: PresenceMeterOptions;
  #interval: PresenceInterval | undefined;
  #state: CameraState = 'lost';
  #slowdown: Slowdown | undefined;
  #advancedToMs = 0;
  /** Time of the last usable picture, where the camera was usable since. */
  #usableAtMs: number | undefined;

  constructor(options: PresenceMeterOptions) {
    this.#options = options;
  }

  get cameraState(): CameraState {
    return this.#state;
  }

  /** Begins the first interval. */
  start(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#interval = new PresenceInterval({ startedAtMs: nowMs });
    this.#advancedToMs = nowMs;
  }

  /** What the camera does from now on. */
  setState(state: CameraState): void {
    this.tick();
    this.#state = state;
    if (state !== 'ok') this.#usableAtMs = undefined;
  }

  /** It looks less often than it was asked to from now on, or as often again. */
  setSlowdown(reason: Slowdown | undefined): void {
    if (reason === this.#slowdown) return;
    this.tick();
    this.#slowdown = reason;
  }

  /** A picture was looked at: it was good to watch, or it wasn't. */
  look({ isUsable }: { isUsable: boolean }): void {
    this.tick();
    const nowMs = this.#advancedToMs;
    if (isUsable) this.#addAnalysed(nowMs);
    this.#usableAtMs = isUsable ? nowMs : undefined;
  }

  /** Where a frame ended; counts in the interval that is open now. */
  countFrame(fate: FrameFate): void {
    this.#interval?.countFrame(fate);
  }

  countFace(heightPx: number): void {
    this.#interval?.countFace(heightPx);
  }

  /** Ends intervals whose minute is over; call it at least each second. */
  tick(): void {
    const { clock } = this.#options;
    const nowMs = Math.max(clock.nowMs(), this.#advancedToMs);
    const endMs = this.#endOfInterval();
    if (this.#interval !== undefined && endMs !== undefined && nowMs >= endMs) {
      // Learning the time in the middle of an interval can put its end behind what is already summed up.
      const cutMs = Math.max(endMs, this.#advancedToMs);
      if (this.#usableAtMs !== undefined) this.#addAnalysed(cutMs);
      this.#close(cutMs);
      // An agent that stood still for minutes watched nothing meanwhile, and says nothing of them.
      const resumeMs = nowMs - cutMs < minuteMs ? cutMs : nowMs;
      this.#open(resumeMs);
      if (resumeMs !== cutMs) this.#usableAtMs = undefined;
    }
    this.#advance(nowMs);
  }

  /** Ends the last interval, however short. */
  stop(): void {
    this.tick();
    if (this.#interval !== undefined) this.#close(this.#advancedToMs);
    this.#interval = undefined;
  }

  #endOfInterval(): number | undefined {
    const startedAtMs = this.#interval?.startedAtMs;
    if (startedAtMs === undefined) return undefined;
    const epochMs = this.#options.clock.toEpochMs(startedAtMs);
    // Rounded as records round it: an interval that began at a minute must not end there, too.
    const intoMinuteMs = epochMs === undefined ? 0 : Math.round(epochMs) % minuteMs;
    return startedAtMs + minuteMs - intoMinuteMs;
  }

  #open(startedAtMs: number): void {
    this.#interval = new PresenceInterval({ startedAtMs });
    this.#advancedToMs = startedAtMs;
  }

  #close(endMs: number): void {
    this.#advance(endMs);
    const { sink, modelId } = this.#options;
    const fallbackState = this.#state;
    const draft = this.#interval?.finish({ endMs, modelId: modelId(), fallbackState });
    if (draft !== undefined) sink.append(draft);
  }

  #advance(nowMs: number): void {
    const durationMs = nowMs - this.#advancedToMs;
    this.#interval?.addState(this.#state, durationMs);
    if (this.#slowdown !== undefined && this.#state === 'ok') {
      this.#interval?.addSlowed(this.#slowdown, durationMs);
    }
    this.#advancedToMs = nowMs;
  }

  /** Adds the time since the last usable picture. */
  #addAnalysed(nowMs: number): void {
    if (this.#usableAtMs === undefined) return;
    this.#interval?.addAnalysed(Math.min(nowMs - this.#usableAtMs, longestStepMs));
    this.#usableAtMs = nowMs;
  }
}
