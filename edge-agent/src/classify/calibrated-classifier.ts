import { ModelError, type ModelCard } from '../../models/index.ts';
import type { Detection, EmotionClassifier, EmotionThresholds, Frame } from '../ports.ts';

/** A classifier whose uncalibrated answer over all its classes can be read too, for measuring it. */
export interface CalibratedClassifier extends EmotionClassifier {
  readonly classes: readonly string[];
  readonly temperature: number;
  /** One for each class; their softmax at `temperature` are the calibrated probabilities. */
  logits(frame: Frame, face: Detection): Promise<Float32Array>;
}

export interface Calibration {
  readonly classes: readonly string[];
  readonly temperature: number;
  readonly thresholds: EmotionThresholds;
}

/** Throws `model_card_invalid` where the card has no classes or no calibration. */
export function calibrationOf({ id, output, calibration }: ModelCard): Calibration {
  if (output.classes === undefined || calibration === undefined) {
    throw new ModelError({
      code: 'model_card_invalid',
      message: `The model card of ${id} has no classes or no calibration.`,
    });
  }
  return { ...calibration, classes: output.classes };
}
