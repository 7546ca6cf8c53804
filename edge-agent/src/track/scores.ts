import { scoredEmotions } from '@emotion-fleet/contracts';
import type { EmotionScores } from '../ports.ts';

/** Steps of the scores that records carry: four digits. */
const steps = 10_000;

/** Scores made to sum to 1; undefined where they are no numbers, negative, or all zero. */
export function normaliseScores(scores: EmotionScores): EmotionScores | undefined {
  const values = scoredEmotions.map((emotion) => scores[emotion]);
  const sum = values.reduce((total, value) => total + value, 0);
  if (!Number.isFinite(sum) || sum <= 0 || values.some((value) => value < 0)) return undefined;
  return mapScores((emotion) => scores[emotion] / sum);
}

/** `(1 - weight) * old + weight * next` */
export function weightedMean(
  old: EmotionScores,
  next: EmotionScores,
  weight: number,
): EmotionScores {
  return mapScores((emotion) => old[emotion] + (next[emotion] - old[emotion]) * weight);
}

/** Four digits whose sum is exactly 1: what rounding down leaves goes to the largest remainders. */
export function roundScores(scores: EmotionScores): EmotionScores {
  const floors = mapScores((emotion) => Math.floor(scores[emotion] * steps));
  const missing = steps - scoredEmotions.reduce((sum, emotion) => sum + floors[emotion], 0);
  const byRemainder = scoredEmotions.toSorted(
    (a, b) => scores[b] * steps - floors[b] - (scores[a] * steps - floors[a]),
  );
  return mapScores((emotion) => {
    const extra = byRemainder.indexOf(emotion) < missing ? 1 : 0;
    return (floors[emotion] + extra) / steps;
  });
}

function mapScores(value: (emotion: keyof EmotionScores) => number): EmotionScores {
  return {
    happy: value('happy'),
    sad: value('sad'),
    neutral: value('neutral'),
    other: value('other'),
  };
}
