import type { Emotion } from '@emotion-fleet/contracts';
import type { SampleDraft } from '../ports.ts';
import { clipBox } from '../track/geometry.ts';
import { roundScores } from '../track/scores.ts';
import { maxDurationMs, roundPx, roundShare, type FrameSize, type Sighting } from './sighting.ts';

export interface TrackSamplerOptions {
  readonly modelId: string;
  /** Time between samples of a track; 0 = each analysed frame. */
  readonly sampleIntervalMs: number;
  /** How many times longer the interval is just now, 1 by default: for a card that is to be spared. */
  readonly sampleStretch?: (() => number) | undefined;
}

/** Camera clocks jitter: with frames each 200 ms, the fifth is due a second after the first. */
const jitterMs = 50;
/** What a stretch is a multiple of where each analysed frame was to give a sample. */
const shortestStretchedMs = 200;

/** Decides when one confirmed track gives a sample, and makes it. */
export class TrackSampler {
  readonly #options: TrackSamplerOptions;
  #lastAtMs: number | undefined;
  #lastEmotion: Emotion | undefined;
  #nextIndex = 0;

  constructor(options: TrackSamplerOptions) {
    this.#options = options;
  }

  /** The sample that this sighting gives, or undefined. */
  look(options: { nowMs: number; frame: FrameSize; sighting: Sighting }): SampleDraft | undefined {
    const { nowMs, frame, sighting } = options;
    const { track, reading } = sighting;
    if (!track.isConfirmed || !this.#isDue(nowMs, reading.emotion)) return undefined;
    const face = clipBox(track.detection.box, frame);
    if (face === undefined) return undefined;
    const { modelId } = this.#options;
    const elapsedMs = nowMs - (this.#lastAtMs ?? track.startedAtMs);
    const sample: SampleDraft = {
      kind: 'sample',
      modelId,
      observedAtMs: nowMs,
      trackId: track.trackId,
      sampleIndex: this.#nextIndex,
      durationMs: Math.round(Math.min(elapsedMs, maxDurationMs(this.#intervalMs))),
      frame: { width: frame.width, height: frame.height },
      face: {
        x: roundPx(face.x),
        y: roundPx(face.y),
        width: roundPx(face.width),
        height: roundPx(face.height),
      },
      detectionScore: roundShare(track.detection.score),
      emotion: reading.emotion,
      ...(reading.scores === undefined ? {} : { scores: roundScores(reading.scores) }),
      ...(reading.uncertainReason === undefined
        ? {}
        : { uncertainReason: reading.uncertainReason }),
    };
    this.#lastAtMs = nowMs;
    this.#lastEmotion = reading.emotion;
    this.#nextIndex += 1;
    return sample;
  }

  #isDue(nowMs: number, emotion: Emotion): boolean {
    if (this.#lastAtMs === undefined) return true;
    // Emotions that come and go could make a sample of each analysed frame.
    if (emotion !== this.#lastEmotion && this.#stretch <= 1) return true;
    return nowMs - this.#lastAtMs >= this.#intervalMs - jitterMs;
  }

  get #stretch(): number {
    return this.#options.sampleStretch?.() ?? 1;
  }

  get #intervalMs(): number {
    const { sampleIntervalMs } = this.#options;
    if (this.#stretch <= 1) return sampleIntervalMs;
    return Math.max(sampleIntervalMs, shortestStretchedMs) * this.#stretch;
  }
}
