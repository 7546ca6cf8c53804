import { ModelError, type ModelCard } from '../../models/index.ts';
import type {
  Detection,
  EmotionClassifier,
  EmotionScores,
  EmotionThresholds,
  Frame,
} from '../ports.ts';
import { toEmotionScores } from './emotion-scores.ts';

/** How logits become probabilities, and from which of them on something is said. */
export interface Calibration {
  readonly classes: readonly string[];
  readonly temperature: number;
  readonly thresholds: EmotionThresholds;
}

/** A classifier whose uncalibrated answer over all its classes can be read too, for measuring it. */
export abstract class CalibratedClassifier implements EmotionClassifier {
  readonly modelId: string;
  readonly #calibration: Calibration;

  /** Throws `model_card_invalid` where the card has no classes or no calibration. */
  constructor({ card, modelId }: { card: ModelCard; modelId: string }) {
    this.modelId = modelId;
    this.#calibration = calibrationOf(card);
  }

  get classes(): readonly string[] {
    return this.#calibration.classes;
  }

  get temperature(): number {
    return this.#calibration.temperature;
  }

  get thresholds(): EmotionThresholds {
    return this.#calibration.thresholds;
  }

  async classify(frame: Frame, face: Detection): Promise<EmotionScores> {
    return toEmotionScores({ ...this.#calibration, logits: await this.logits(frame, face) });
  }

  /** One for each class; their softmax at `temperature` are the calibrated probabilities. */
  abstract logits(frame: Frame, face: Detection): Promise<Float32Array>;
  abstract start(): Promise<void>;
  abstract stop(): Promise<void>;
}

function calibrationOf({ id, output, calibration }: ModelCard): Calibration {
  if (output.classes === undefined || calibration === undefined) {
    throw new ModelError({
      code: 'model_card_invalid',
      message: `The model card of ${id} has no classes or no calibration.`,
    });
  }
  return { ...calibration, classes: output.classes };
}
