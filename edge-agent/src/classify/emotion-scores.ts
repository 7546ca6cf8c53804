import type { EmotionScores } from '../ports.ts';

/** Natural logarithms of the probabilities that a network's logits stand for. */
export function logSoftmax(logits: Float32Array): Float32Array {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const logSum = largest + Math.log(sum);
  return logits.map((logit) => logit - logSum);
}

/**
 * Calibrated scores out of logits: softmax at a temperature, then the classes that aren't happy, sad or
 * neutral together as `other`. `classes` names the logits in their order.
 */
export function toEmotionScores(options: {
  logits: Float32Array;
  classes: readonly string[];
  temperature: number;
}): EmotionScores {
  const { logits, classes, temperature } = options;
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  const scores = { happy: 0, sad: 0, neutral: 0, other: 0 };
  let sum = 0;
  logits.forEach((logit, index) => {
    const mass = Math.exp((logit - largest) / temperature);
    scores[emotionOf(classes[index])] += mass;
    sum += mass;
  });
  return {
    happy: scores.happy / sum,
    sad: scores.sad / sum,
    neutral: scores.neutral / sum,
    other: scores.other / sum,
  };
}

/** The emotion that a network's class counts as. */
export function emotionOf(name: string | undefined): keyof EmotionScores {
  return name === 'happy' || name === 'sad' || name === 'neutral' ? name : 'other';
}
