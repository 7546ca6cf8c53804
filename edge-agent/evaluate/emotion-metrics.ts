/** One answer of several possible ones, as indexes. */
export interface Answer {
  readonly truth: number;
  /** Undefined where nothing was said. */
  readonly answer: number | undefined;
}

/** An answer with the probability that the classifier gave it. */
export interface ConfidentAnswer {
  readonly confidence: number;
  readonly isRight: boolean;
}

/** What a classifier says of a face before calibration, and the index of its label. */
export interface LabelledLogits {
  readonly truth: number;
  readonly logits: Float32Array;
}

/** Probabilities at a temperature. */
export function softmax(logits: Float32Array, temperature: number): number[] {
  const largest = Math.max(...logits);
  const masses = Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return masses.map((mass) => mass / sum);
}

/** The index of the greatest value; of several the first. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if (values[index]! > values[best]!) best = index;
  }
  return best;
}

/** Share of the answers that are right, 0..1; null of none. What wasn't answered is wrong. */
export function accuracyOf(answers: readonly Answer[]): number | null {
  const right = answers.filter(({ truth, answer }) => truth === answer).length;
  return answers.length === 0 ? null : right / answers.length;
}

/** Of each class by its name; null where it was never said, or never there. */
export function precisionAndRecallOf(
  answers: readonly Answer[],
  names: readonly string[],
): { precision: Record<string, number | null>; recall: Record<string, number | null> } {
  const precision: Record<string, number | null> = {};
  const recall: Record<string, number | null> = {};
  names.forEach((name, index) => {
    const said = answers.filter(({ answer }) => answer === index);
    const there = answers.filter(({ truth }) => truth === index);
    const right = said.filter(({ truth }) => truth === index).length;
    precision[name] = said.length === 0 ? null : right / said.length;
    recall[name] = there.length === 0 ? null : right / there.length;
  });
  return { precision, recall };
}

/**
 * Expected calibration error, 0..1: answers in 15 bins of equal width by confidence, and the mean
 * distance between a bin's confidence and its accuracy, weighted by its answers (Guo et al., 2017).
 */
export function expectedCalibrationError(answers: readonly ConfidentAnswer[]): number {
  const binCount = 15;
  const bins = Array.from({ length: binCount }, () => ({ confidence: 0, right: 0 }));
  for (const { confidence, isRight } of answers) {
    const bin = bins[Math.min(binCount - 1, Math.floor(confidence * binCount))]!;
    bin.confidence += confidence;
    if (isRight) bin.right += 1;
  }
  // |confidence / n - right / n| * n / all: the bin's number of answers cancels out.
  const total = bins.reduce((sum, { confidence, right }) => sum + Math.abs(confidence - right), 0);
  return answers.length === 0 ? 0 : total / answers.length;
}

/** Accuracy of the most confident `share` of the answers, 0..1; null of none. */
export function accuracyAtCoverage(
  answers: readonly ConfidentAnswer[],
  share: number,
): number | null {
  const count = Math.round(answers.length * share);
  const best = answers.toSorted((a, b) => b.confidence - a.confidence).slice(0, count);
  return count === 0 ? null : best.filter(({ isRight }) => isRight).length / count;
}

/** The mean negative logarithm of the probability of the labels. */
export function negativeLogLikelihood(
  samples: readonly LabelledLogits[],
  temperature: number,
): number {
  const sum = samples.reduce(
    (total, { truth, logits }) => total - Math.log(softmax(logits, temperature)[truth]!),
    0,
  );
  return sum / samples.length;
}

/**
 * The temperature from 0.2 to 10 at which the labels are likeliest: their likelihood has one peak over
 * the inverse temperature (it is concave there), so a golden-section search finds it.
 */
export function fitTemperature(samples: readonly LabelledLogits[]): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  const lossAt = (inverse: number) => negativeLogLikelihood(samples, 1 / inverse);
  let [low, high] = [0.1, 5];
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [leftLoss, rightLoss] = [lossAt(left), lossAt(right)];
  while (high - low > 1e-5) {
    if (leftLoss < rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - ratio * (high - low);
      leftLoss = lossAt(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + ratio * (high - low);
      rightLoss = lossAt(right);
    }
  }
  return 2 / (low + high);
}

/**
 * The least confidence from which on the answers are right at least as often as `precision` says, in
 * all; undefined where none is. Only counts of 30 answers and more are taken for a rate.
 */
export function thresholdForPrecision(
  answers: readonly ConfidentAnswer[],
  precision: number,
): number | undefined {
  let threshold: number | undefined;
  let right = 0;
  const sorted = answers.toSorted((a, b) => b.confidence - a.confidence);
  sorted.forEach(({ confidence, isRight }, index) => {
    if (isRight) right += 1;
    // A threshold lets in all answers of the same confidence.
    const isLastOfKind = sorted[index + 1]?.confidence !== confidence;
    const isRate = isLastOfKind && index >= 29;
    if (isRate && right / (index + 1) >= precision) threshold = confidence;
  });
  return threshold;
}
