import type { CalibratedClassifier } from '../src/classify/calibrated-classifier.ts';
import { AveragingEmotionClassifier } from '../src/classify/averaging-emotion-classifier.ts';
import { bigXception, createEmotionClassifier, miniXception } from '../src/inference/index.ts';
import type { InstalledModels, ModelPass } from '../models/index.ts';

/** A classifier to measure; `light` below 1 darkens the pictures first. */
export interface EmotionSubject {
  readonly name: string;
  readonly classifier: CalibratedClassifier;
  readonly light?: number;
}

export interface ExtraModels {
  readonly miniXceptionPath?: string;
  readonly mobileFaceNetPath?: string;
}

const precisions = ['int8', 'fp32'] as const;

/** What an agent can be set to, each named like the model id in its records. */
export function emotionModels(models: InstalledModels, extra: ExtraModels): EmotionSubject[] {
  const { miniXceptionPath, mobileFaceNetPath: path } = extra;
  const choices = [
    { kind: 'fast' },
    { kind: 'accurate' },
    ...(miniXceptionPath === undefined ? [] : [{ kind: 'accurate', miniXceptionPath } as const]),
  ] as const;
  const classifiers = choices.flatMap((choice) =>
    precisions.map((precision) => createEmotionClassifier({ models, precision, choice })),
  );
  if (path !== undefined) {
    const choice = { kind: 'mobilefacenet', path } as const;
    classifiers.push(createEmotionClassifier({ models, choice }));
  }
  return classifiers.map((classifier) => ({ name: classifier.modelId, classifier }));
}

/** One thing changed at a time, to see what it alone is worth. */
export function emotionComparisons(models: InstalledModels, extra: ExtraModels): EmotionSubject[] {
  const { miniXceptionPath } = extra;
  const one: ModelPass = { model: 'big-xception', mirrored: false, shiftX: 0, shiftY: 0, scale: 1 };
  const mirrored = { ...one, mirrored: true };
  const big = { models, id: 'big-xception' };
  const subjects: EmotionSubject[] = [
    { name: 'big-xception-int8, averaged with its mirror image', ...variant(big, [one, mirrored]) },
    { name: 'big-xception-int8, no stretch', ...variant(big, [one], withoutStretch) },
    { name: 'big-xception-int8, light at 0.4', ...variant(big, [one]), light: 0.4 },
    {
      name: 'big-xception-int8, light at 0.4, no stretch',
      ...variant(big, [one], withoutStretch),
      light: 0.4,
    },
  ];
  if (miniXceptionPath === undefined) return subjects;
  const pair = { models, id: 'xception-pair', miniXceptionPath };
  const mini = { ...one, model: 'mini-xception' };
  return [
    ...subjects,
    { name: 'mini-xception-fp32', ...variant({ ...pair, id: 'mini-xception' }, [mini]) },
    { name: 'both networks, one look each', ...variant(pair, [one, mini]) },
    {
      name: 'both networks, each averaged with its mirror image',
      ...variant(pair, [one, mirrored, mini, { ...mini, mirrored: true }]),
    },
  ];
}

/** The classifier of a card with other looks than its own. */
function variant(
  from: { models: InstalledModels; id: string; miniXceptionPath?: string },
  passes: ModelPass[],
  normalize?: (pixels: Float32Array) => void,
): { classifier: CalibratedClassifier } {
  const { models, id, miniXceptionPath } = from;
  const mini = miniXceptionPath === undefined ? [] : [miniXception(miniXceptionPath)];
  const classifier = new AveragingEmotionClassifier({
    card: { ...models.card(id), passes },
    modelId: id,
    networks: [bigXception(models, 'int8'), ...mini],
    ...(normalize === undefined ? {} : { normalize }),
  });
  return { classifier };
}

/** The range of the network alone. */
function withoutStretch(pixels: Float32Array): void {
  for (let index = 0; index < pixels.length; index += 1) {
    const value = ((pixels[index]! - 16) * 255) / 219;
    pixels[index] = Math.min(255, Math.max(0, value)) / 127.5 - 1;
  }
}
