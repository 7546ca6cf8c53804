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

const precisions = ['int8', 'fp32'] as const;

/** What an agent can be set to, each named like the model id in its records. */
export function emotionModels(
  models: InstalledModels,
  mobileFaceNetPath: string | undefined,
): EmotionSubject[] {
  const classifiers = (['fast', 'accurate'] as const).flatMap((kind) =>
    precisions.map((precision) => createEmotionClassifier({ models, precision, choice: { kind } })),
  );
  if (mobileFaceNetPath !== undefined) {
    const choice = { kind: 'mobilefacenet', path: mobileFaceNetPath } as const;
    classifiers.push(createEmotionClassifier({ models, choice }));
  }
  return classifiers.map((classifier) => ({ name: classifier.modelId, classifier }));
}

/** One thing changed at a time, to see what it alone is worth. */
export function emotionComparisons(models: InstalledModels): EmotionSubject[] {
  const one: ModelPass = { model: 'big-xception', mirrored: false, shiftX: 0, shiftY: 0, scale: 1 };
  const mirrored = { ...one, mirrored: true };
  const mini = { ...one, model: 'mini-xception' };
  const wider = { ...mirrored, scale: 1.07 };
  const variant = (passes: ModelPass[], normalize?: (pixels: Float32Array) => void) => ({
    classifier: classifierOf({ models, passes, normalize }),
  });
  return [
    { name: 'big-xception-int8, averaged with its mirror image', ...variant([one, mirrored]) },
    { name: 'big-xception-int8, two looks in different frames', ...variant([one, wider]) },
    { name: 'big-xception-int8, no stretch', ...variant([one], withoutStretch) },
    { name: 'big-xception-int8, light at 0.4', ...variant([one]), light: 0.4 },
    {
      name: 'big-xception-int8, light at 0.4, no stretch',
      ...variant([one], withoutStretch),
      light: 0.4,
    },
    { name: 'mini-xception-fp32', ...variant([mini]) },
    { name: 'both networks, one look each', ...variant([one, mini]) },
    {
      name: 'both networks, each averaged with its mirror image',
      ...variant([one, mirrored, mini, { ...mini, mirrored: true }]),
    },
  ];
}

/** A classifier of other looks than those on the cards, calibrated as the only network that it asks, or as the pair. */
function classifierOf(options: {
  models: InstalledModels;
  passes: ModelPass[];
  normalize?: ((pixels: Float32Array) => void) | undefined;
}): CalibratedClassifier {
  const { models, passes, normalize } = options;
  const asked = new Set(passes.map(({ model }) => model));
  const id = asked.size > 1 ? 'xception-pair' : passes[0]!.model;
  return new AveragingEmotionClassifier({
    card: { ...models.card(id), passes },
    modelId: id,
    networks: [bigXception(models, 'int8'), miniXception(models)],
    ...(normalize !== undefined && { normalize }),
  });
}

/** The range of the network alone. */
function withoutStretch(pixels: Float32Array): void {
  for (let index = 0; index < pixels.length; index += 1) {
    const value = ((pixels[index]! - 16) * 255) / 219;
    pixels[index] = Math.min(255, Math.max(0, value)) / 127.5 - 1;
  }
}
