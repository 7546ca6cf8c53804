import type { EmotionScores, VisitDraft } from '../ports.ts';
import { roundScores, weightedMean } from '../track/scores.ts';
import type { Track } from '../track/tracker.ts';
import { maxDurationMs, roundPx, type Sighting } from './sighting.ts';

/** Sums up one track until it ends. */
export class VisitTally {
  readonly #maxStepMs: number;
  #lastAtMs: number | undefined;
  #readableMs = 0;
  #meanScores: EmotionScores | undefined;
  #largestFaceHeightPx = 0;

  constructor({ sampleIntervalMs }: { sampleIntervalMs: number }) {
    this.#maxStepMs = maxDurationMs(sampleIntervalMs);
  }

  /** Takes a sighting in; it stands for the time since the last one. */
  look({ nowMs, sighting }: { nowMs: number; sighting: Sighting }): void {
    const { track, reading } = sighting;
    const elapsedMs = Math.min(nowMs - (this.#lastAtMs ?? nowMs), this.#maxStepMs);
    this.#lastAtMs = nowMs;
    this.#largestFaceHeightPx = Math.max(this.#largestFaceHeightPx, track.detection.box.height);
    const { scores } = reading;
    if (scores === undefined || elapsedMs <= 0) return;
    this.#readableMs += elapsedMs;
    const weight = elapsedMs / this.#readableMs;
    this.#meanScores = weightedMean(this.#meanScores ?? scores, scores, weight);
  }

  /** The visit of a track that is over; it ends when the track was seen last. */
  finish({ track, modelId }: { track: Track; modelId: string }): VisitDraft {
    return {
      kind: 'visit',
      modelId,
      observedAtMs: track.lastSeenAtMs,
      startedAtMs: track.startedAtMs,
      trackId: track.trackId,
      // Rounded up, so that a visit with scores never says that it had no time for them.
      readableMs: Math.ceil(this.#readableMs),
      ...(this.#meanScores === undefined ? {} : { scores: roundScores(this.#meanScores) }),
      largestFaceHeightPx: roundPx(this.#largestFaceHeightPx),
    };
  }
}
