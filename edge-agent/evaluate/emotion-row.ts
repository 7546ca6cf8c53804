import { toEmotionScores, emotionOf } from '../src/classify/emotion-scores.ts';
import type { Calibration } from '../src/classify/calibrated-classifier.ts';
import type { EmotionScores } from '../src/ports.ts';
import {
  accuracyAtCoverage,
  accuracyOf,
  expectedCalibrationError,
  fitTemperature,
  indexOfLargest,
  precisionAndRecallOf,
  softmax,
  thresholdForPrecision,
  type Answer,
  type ConfidentAnswer,
  type LabelledLogits,
} from './emotion-metrics.ts';

type Rates = Readonly<Record<string, number | null>>;
type SadRates = { readonly precision: number | null; readonly recall: number | null };

/** What one classifier is worth on labelled faces; shares are 0..1, null where there is nothing to divide by. */
export interface EmotionRow {
  readonly faces: number;
  /** Of seven classes, the likeliest one. */
  readonly accuracy7: number | null;
  /** Happy, sad and neutral faces alone, the likeliest of these three. */
  readonly accuracy3: number | null;
  /** Of happy, sad, neutral and other as the product says them: at the thresholds of the card. */
  readonly precision: Rates;
  readonly recall: Rates;
  /** Share of the faces that get an answer at those thresholds. */
  readonly coverage: number | null;
  /** Expected calibration error over seven classes at the temperature of the card. */
  readonly ece: number;
  readonly eceUncalibrated: number;
  /** With a temperature that was fitted on the other half of the faces. */
  readonly eceCrossFitted: number;
  /** Of the most confident 100, 80 and 60 % of the answers (happy, sad, neutral, other). */
  readonly accuracyAtCoverage: Rates;
  readonly withoutThresholds: { readonly precision: Rates; readonly recall: Rates };
  readonly sevenClasses: { readonly precision: Rates; readonly recall: Rates };
  readonly temperature: { readonly card: number; readonly fitted: number };
  /**
   * From which probability of `sad` on it is right in 70 of 100; what half the faces say of the other; and what it is
   * worth from 0.6 on, whatever the card says.
   */
  readonly sad: {
    readonly threshold: number | null;
    readonly crossFitted: SadRates;
    readonly from60: SadRates;
  };
  readonly medianMs: number;
}

const emotions = ['happy', 'sad', 'neutral', 'other'] as const;
const wantedSadPrecision = 0.7;
const likelySad = 0.6;

export interface JudgedFaces {
  readonly classifier: Calibration;
  /** The truths are indexes of the classifier's classes. */
  readonly samples: readonly LabelledLogits[];
  readonly medianMs: number;
}

export function emotionRow({ classifier, samples, medianMs }: JudgedFaces): EmotionRow {
  const { classes, temperature, thresholds } = classifier;
  const scoresAt = (sample: LabelledLogits, at: number) =>
    toEmotionScores({ logits: sample.logits, classes, temperature: at });
  const likeliest = samples.map((sample) =>
    likeliestOf(sample, classes, scoresAt(sample, temperature)),
  );
  const said = likeliest.map(({ truth, answer, confidence }) => ({
    truth,
    answer: confidence >= thresholds[emotions[answer]!] ? answer : undefined,
  }));
  const seven = samples.map(({ truth, logits }) => ({ truth, answer: indexOfLargest(logits) }));
  const answered = said.filter(({ answer }) => answer !== undefined).length;
  const confident = likeliest.map(({ truth, answer, confidence }) => ({
    confidence,
    isRight: truth === answer,
  }));
  return {
    faces: samples.length,
    accuracy7: accuracyOf(seven),
    accuracy3: accuracyOf(threeClassAnswers(samples, classes)),
    ...precisionAndRecallOf(said, emotions),
    coverage: samples.length === 0 ? null : answered / samples.length,
    ece: eceAt(samples, temperature),
    eceUncalibrated: eceAt(samples, 1),
    eceCrossFitted: crossFittedEce(samples),
    accuracyAtCoverage: Object.fromEntries(
      [1, 0.8, 0.6].map((share) => [`${share * 100}`, accuracyAtCoverage(confident, share)]),
    ),
    withoutThresholds: precisionAndRecallOf(likeliest, emotions),
    sevenClasses: precisionAndRecallOf(seven, classes),
    temperature: { card: temperature, fitted: fitTemperature(samples) },
    sad: {
      threshold: thresholdForPrecision(sadAnswers(likeliest), wantedSadPrecision) ?? null,
      crossFitted: crossFittedSad(
        halves(samples).map((half) => {
          const other = fitTemperature(half.other);
          const judge = (sample: LabelledLogits) =>
            likeliestOf(sample, classes, scoresAt(sample, other));
          return { own: half.own.map(judge), other: half.other.map(judge) };
        }),
      ),
      from60: sadRatesOf(answersFrom(likeliest, likelySad)),
    },
    medianMs,
  };
}

type Likeliest = { readonly truth: number; readonly answer: number; readonly confidence: number };

/** Truth and answer as indexes of happy, sad, neutral and other. */
function likeliestOf(
  { truth }: LabelledLogits,
  classes: readonly string[],
  scores: EmotionScores,
): Likeliest {
  const values = emotions.map((emotion) => scores[emotion]);
  const answer = indexOfLargest(values);
  return {
    truth: emotions.indexOf(emotionOf(classes[truth])),
    answer,
    confidence: values[answer]!,
  };
}

/** The faces that are happy, sad or neutral, and the likeliest of these three for each. */
function threeClassAnswers(
  samples: readonly LabelledLogits[],
  classes: readonly string[],
): Answer[] {
  const three = ['happy', 'sad', 'neutral'].map((name) => classes.indexOf(name));
  return samples
    .filter(({ truth }) => three.includes(truth))
    .map(({ truth, logits }) => ({
      truth: three.indexOf(truth),
      answer: indexOfLargest(three.map((index) => logits[index]!)),
    }));
}

function sevenClassAnswers(
  samples: readonly LabelledLogits[],
  temperature: number,
): ConfidentAnswer[] {
  return samples.map(({ truth, logits }) => {
    const probabilities = softmax(logits, temperature);
    const answer = indexOfLargest(probabilities);
    return { confidence: probabilities[answer]!, isRight: answer === truth };
  });
}

function eceAt(samples: readonly LabelledLogits[], temperature: number): number {
  return expectedCalibrationError(sevenClassAnswers(samples, temperature));
}

function crossFittedEce(samples: readonly LabelledLogits[]): number {
  const answers = halves(samples).flatMap(({ own, other }) =>
    sevenClassAnswers(own, fitTemperature(other)),
  );
  return expectedCalibrationError(answers);
}

function sadAnswers(answers: readonly Likeliest[]): ConfidentAnswer[] {
  return answers
    .filter(({ answer }) => emotions[answer] === 'sad')
    .map(({ truth, answer, confidence }) => ({ confidence, isRight: truth === answer }));
}

/** `sad` in each half at the threshold that the other half asks for. */
function crossFittedSad(
  judged: readonly { readonly own: readonly Likeliest[]; readonly other: readonly Likeliest[] }[],
): SadRates {
  const answers = judged.flatMap(({ own, other }) =>
    answersFrom(own, thresholdForPrecision(sadAnswers(other), wantedSadPrecision) ?? Infinity),
  );
  return sadRatesOf(answers);
}

/** What is said where a probability below the threshold says nothing. */
function answersFrom(answers: readonly Likeliest[], threshold: number): Answer[] {
  return answers.map(({ truth, answer, confidence }) => ({
    truth,
    answer: confidence >= threshold ? answer : undefined,
  }));
}

function sadRatesOf(answers: readonly Answer[]): SadRates {
  const { precision, recall } = precisionAndRecallOf(answers, emotions);
  return { precision: precision['sad'] ?? null, recall: recall['sad'] ?? null };
}

/** Every second sample and the rest, each once as the own half. */
function halves(
  samples: readonly LabelledLogits[],
): { own: readonly LabelledLogits[]; other: readonly LabelledLogits[] }[] {
  const even = samples.filter((_, index) => index % 2 === 0);
  const odd = samples.filter((_, index) => index % 2 === 1);
  return [
    { own: even, other: odd },
    { own: odd, other: even },
  ];
}
