import type { ByEmotionCounts, MeanScores } from '@emotion-fleet/contracts/api';

export type Emotion = keyof ByEmotionCounts;
export type ScoredEmotion = keyof MeanScores;

/** The order of every legend, stack and table. */
export const emotionOrder = [
  'happy',
  'neutral',
  'sad',
  'other',
  'uncertain',
] as const satisfies readonly Emotion[];

export const emotionLabels: Record<Emotion, string> = {
  happy: 'Happy',
  neutral: 'Neutral',
  sad: 'Sad',
  other: 'Other',
  uncertain: 'Uncertain',
};

/** What a reader must know before taking the word at its face value. */
export const emotionHints: Record<Emotion, string> = {
  happy: 'The model saw a happy expression. The most reliable of its classes.',
  neutral: 'No strong expression.',
  sad: 'A guess: of the faces that the model calls sad, only about one half are.',
  other: 'Surprise, anger, fear or disgust taken together.',
  uncertain: 'A face was seen, but it was too small or too unclear to say anything.',
};

export function isScored(emotion: Emotion): emotion is ScoredEmotion {
  return emotion !== 'uncertain';
}

export function sumByEmotion(counts: ByEmotionCounts): number {
  return emotionOrder.reduce((sum, emotion) => sum + counts[emotion], 0);
}
