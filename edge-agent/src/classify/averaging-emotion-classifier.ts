import { ModelError, type ModelCard, type ModelPass } from '../../models/index.ts';
import { requireStarted } from '../inference/model-loader.ts';
import type { ModelSession } from '../inference/model-session.ts';
import type { Detection, Frame } from '../ports.ts';
import { CalibratedClassifier } from './calibrated-classifier.ts';
import { normalizeContrast } from './contrast-stretch.ts';
import { logSoftmax } from './emotion-scores.ts';
import {
  cropSquareOf,
  mirror,
  sampleLuma,
  varySquare,
  type CropSquare,
  type Plane,
} from './face-crop.ts';
import { reduceLuma } from './reduced-luma.ts';

/** A network of the card's passes: opened at the start, by the id of its own card. */
export interface EmotionNetwork {
  readonly id: string;
  open(): Promise<ModelSession>;
}

/** A crop, and the networks that see it. */
interface Look extends Omit<ModelPass, 'model'> {
  readonly models: readonly string[];
}

export interface AveragingEmotionClassifierOptions {
  /** Of one network, or of several looks (`passes`) of one or more. */
  readonly card: ModelCard;
  readonly modelId: string;
  readonly networks: readonly EmotionNetwork[];
  /** Brings the limited-range luma of a crop into -1..1 in place; others than the default are measured only. */
  readonly normalize?: typeof normalizeContrast;
}

/**
 * Emotion networks that see a grey square. Where there are several looks at a face, the
 * logarithms of their probabilities are averaged before they are calibrated together.
 */
export class AveragingEmotionClassifier extends CalibratedClassifier {
  readonly #looks: readonly Look[];
  readonly #networks: readonly EmotionNetwork[];
  readonly #size: number;
  readonly #normalize: typeof normalizeContrast;
  readonly #histogram = new Uint32Array(256);
  #sessions: ReadonlyMap<string, ModelSession> | undefined;

  /** Throws `model_card_invalid` where the card has no classes or calibration, or a network is missing. */
  constructor({
    card,
    modelId,
    networks,
    normalize = normalizeContrast,
  }: AveragingEmotionClassifierOptions) {
    super({ card, modelId });
    const passes = card.passes ?? [
      { model: card.id, mirrored: false, shiftX: 0, shiftY: 0, scale: 1 },
    ];
    this.#looks = groupByCrop(passes);
    this.#networks = networks;
    this.#size = card.input.shape[3]!;
    this.#normalize = normalize;
    const missing = passes.find(({ model }) => !networks.some(({ id }) => id === model));
    if (missing !== undefined) {
      throw new ModelError({
        code: 'model_card_invalid',
        message: `The model card of ${card.id} wants ${missing.model}, which isn't there.`,
      });
    }
  }

  async start(): Promise<void> {
    if (this.#sessions !== undefined) return;
    const sessions = new Map<string, ModelSession>();
    try {
      for (const network of this.#networks) sessions.set(network.id, await network.open());
    } catch (error) {
      for (const session of sessions.values()) await session.close();
      throw error;
    }
    this.#sessions = sessions;
  }

  async stop(): Promise<void> {
    const sessions = this.#sessions;
    this.#sessions = undefined;
    for (const session of sessions?.values() ?? []) await session.close();
  }

  async logits(frame: Frame, face: Detection): Promise<Float32Array> {
    const square = cropSquareOf(face);
    const { plane, squares } = reduceLuma({
      frame,
      squares: this.#looks.map((look) => varySquare(square, look)),
      size: this.#size,
    });
    // Networks in a thread of their own look at one crop while the next one is cut out.
    const passes = this.#looks.flatMap((look, index) => {
      const pixels = this.#crop({ plane, square: squares[index]!, isMirrored: look.mirrored });
      return look.models.map((model) => this.#run(model, pixels));
    });
    const total = new Float32Array(this.classes.length);
    for (const logits of await Promise.all(passes)) {
      logSoftmax(logits).forEach((value, kind) => (total[kind]! += value / passes.length));
    }
    return total;
  }

  /** A buffer of its own for each look: several looks, and several faces, may be under way. */
  #crop(options: { plane: Plane; square: CropSquare; isMirrored: boolean }): Float32Array {
    const { plane, square, isMirrored } = options;
    const pixels = new Float32Array(this.#size * this.#size);
    sampleLuma({ plane, square, size: this.#size, target: pixels });
    this.#normalize(pixels, this.#histogram);
    if (isMirrored) mirror(pixels, this.#size);
    return pixels;
  }

  async #run(model: string, pixels: Float32Array): Promise<Float32Array> {
    const session = requireStarted(this.#sessions?.get(model));
    const outputs = await session.run({ data: pixels, shape: [1, 1, this.#size, this.#size] });
    return outputs.get('logits')!.data;
  }
}

/** Passes that want the same crop share it: cutting a large face out costs as much as a network. */
function groupByCrop(passes: readonly ModelPass[]): Look[] {
  const looks = new Map<string, Look>();
  for (const { model, ...crop } of passes) {
    const key = [crop.mirrored, crop.shiftX, crop.shiftY, crop.scale].join();
    looks.set(key, { ...crop, models: [...(looks.get(key)?.models ?? []), model] });
  }
  return [...looks.values()];
}
