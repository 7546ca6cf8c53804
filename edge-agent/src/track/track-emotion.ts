import { scoredEmotions, type Emotion, type UncertainReason } from '@emotion-fleet/contracts';
import type { EmotionScores, EmotionThresholds } from '../ports.ts';
import { weightedMean } from './scores.ts';

/** What is said of a face at a moment. `uncertainReason` is there exactly where `emotion` is `uncertain`. */
export interface EmotionReading {
  readonly emotion: Emotion;
  readonly scores?: EmotionScores;
  readonly uncertainReason?: UncertainReason;
}

export interface TrackEmotionOptions {
  /** Of the classifier's card: below them nothing is said. */
  readonly thresholds: EmotionThresholds;
  /** Someone who stays longer is not classified any more. */
  readonly maxVisitMs: number;
}

/** Below this height the classifier guesses. */
export const minReadableHeightPx = 40;

/** Time in which an old score loses 63 % of its weight: longer than a blink, shorter than a mood. */
const smoothingMs = 2_000;
/** Scores that weren't renewed for this long say nothing about now. */
const staleMs = 5_000;

/**
 * When to classify again, by how the crop compares with the last one: a clearly better one soon, a like
 * one at the usual pace, a much worse one only where nothing better comes.
 */
const schedule = [
  { fromRatio: 1.3, waitMs: 200 },
  { fromRatio: 0.5, waitMs: 500 },
  { fromRatio: 0, waitMs: 1_500 },
] as const;

/** After so long without motion a network would say the same again. */
export const settledMs = 1_500;
/**
 * Where nothing in the picture has moved since the face was last classified, and for `settledMs` before: with an
 * analysis each 2 s, each second one is enough. Below `staleMs`, so that a reading lasts.
 */
const stillWaitMs = 3_500;

/** Camera clocks jitter: a wait of 500 ms is over at 450. */
const jitterMs = 50;

/** The emotion of one track, smoothed over time. */
export class TrackEmotion {
  readonly #options: TrackEmotionOptions;
  #scores: EmotionScores | undefined;
  #scoredAtMs = 0;
  #attemptedAtMs = -Infinity;
  #quality = 0;

  constructor(options: TrackEmotionOptions) {
    this.#options = options;
  }

  /** True where this crop should be classified; `movedAtMs` is when anything in the picture last moved. */
  isDue(options: {
    nowMs: number;
    ageMs: number;
    heightPx: number;
    quality: number;
    movedAtMs?: number;
  }): boolean {
    const { nowMs, ageMs, heightPx, quality, movedAtMs = Infinity } = options;
    if (heightPx < minReadableHeightPx || ageMs > this.#options.maxVisitMs) return false;
    const ratio = quality === this.#quality ? 1 : quality / this.#quality;
    const isStill = this.#scores !== undefined && this.#attemptedAtMs - movedAtMs >= settledMs;
    const paceMs = schedule.find(({ fromRatio }) => ratio >= fromRatio)?.waitMs ?? Infinity;
    const waitMs = isStill ? Math.max(paceMs, stillWaitMs) : paceMs;
    return nowMs - this.#attemptedAtMs >= waitMs - jitterMs;
  }

  /** Takes a classification in; undefined where the classifier had no answer. */
  note(options: { nowMs: number; scores: EmotionScores | undefined; quality: number }): void {
    const { nowMs, scores, quality } = options;
    this.#attemptedAtMs = nowMs;
    this.#quality = quality;
    if (scores === undefined) return;
    const old = this.#scores;
    const weight = 1 - Math.exp(-(nowMs - this.#scoredAtMs) / smoothingMs);
    this.#scores = old === undefined ? scores : weightedMean(old, scores, weight);
    this.#scoredAtMs = nowMs;
  }

  /** What can be said now. */
  read(options: { nowMs: number; ageMs: number; heightPx: number }): EmotionReading {
    const { nowMs, ageMs, heightPx } = options;
    if (ageMs > this.#options.maxVisitMs) return uncertain('not_classified');
    if (heightPx < minReadableHeightPx) return uncertain('too_small');
    const scores = this.#scores;
    if (scores === undefined || nowMs - this.#scoredAtMs > staleMs) {
      return uncertain('not_classified');
    }
    const likeliest = scoredEmotions.reduce((best, next) =>
      scores[next] > scores[best] ? next : best,
    );
    return scores[likeliest] >= this.#options.thresholds[likeliest]
      ? { emotion: likeliest, scores }
      : { ...uncertain('low_confidence'), scores };
  }
}

function uncertain(uncertainReason: UncertainReason): EmotionReading {
  return { emotion: 'uncertain', uncertainReason };
}
