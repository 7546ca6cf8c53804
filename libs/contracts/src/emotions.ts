import { Type, type Static } from 'typebox';

/** Classes a score is given for; `other` is the mass of the model's further classes. */
export const scoredEmotions = ['happy', 'sad', 'neutral', 'other'] as const;
/** What a sample can say: a scored class, or that nothing can be said. */
export const emotions = [...scoredEmotions, 'uncertain'] as const;

export type ScoredEmotion = (typeof scoredEmotions)[number];
export type Emotion = (typeof emotions)[number];

const Probability = Type.Number({ minimum: 0, maximum: 1 });

/** Calibrated probabilities; they sum to 1 within `scoreSumTolerance`. */
export const Scores = Type.Object(
  { happy: Probability, sad: Probability, neutral: Probability, other: Probability },
  { additionalProperties: false },
);
export type Scores = Static<typeof Scores>;

/** Rounding of four numbers to four digits, with room for float sums. */
export const scoreSumTolerance = 0.01;

/** One number per emotion, for example samples or face-time in ms. */
export type ByEmotion = Record<Emotion, number>;
export type ByScoredEmotion = Record<ScoredEmotion, number>;

export function zeroByEmotion(): ByEmotion {
  return { happy: 0, sad: 0, neutral: 0, other: 0, uncertain: 0 };
}
