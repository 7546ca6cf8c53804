import { ModelError } from '../../models/index.ts';
import type { InstalledModel } from '../../models/index.ts';
import { openInstalledModel, requireStarted } from '../inference/model-loader.ts';
import type { ModelSession, SessionOpener } from '../inference/model-session.ts';
import type { Detection, EmotionClassifier, EmotionScores, Frame } from '../ports.ts';
import { normalizeContrast } from './contrast-stretch.ts';
import { toEmotionScores } from './emotion-scores.ts';
import { cropSquareOf, sampleLuma } from './face-crop.ts';

/** An emotion network on a grey square, on ONNX Runtime; classes and temperature are its card's. */
export class OnnxEmotionClassifier implements EmotionClassifier {
  readonly modelId: string;
  readonly #model: InstalledModel;
  readonly #openSession: SessionOpener | undefined;
  readonly #classes: readonly string[];
  readonly #temperature: number;
  readonly #size: number;
  readonly #histogram = new Uint32Array(256);
  #session: ModelSession | undefined;

  /** Throws `model_card_invalid` where the card has no classes or no temperature. */
  constructor({
    model,
    openSession,
  }: {
    model: InstalledModel;
    openSession?: SessionOpener | undefined;
  }) {
    const { card, file } = model;
    const { classes } = card.output;
    if (classes === undefined || card.calibration === undefined) {
      throw new ModelError({
        code: 'model_card_invalid',
        message: `The model card of ${card.id} has no classes or no calibration.`,
      });
    }
    this.modelId = `${card.id}-${file.precision}`;
    this.#model = model;
    this.#openSession = openSession;
    this.#classes = classes;
    this.#temperature = card.calibration.temperature;
    this.#size = card.input.shape[3]!;
  }

  async start(): Promise<void> {
    this.#session ??= await openInstalledModel(this.#model, this.#openSession);
  }

  async stop(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  async classify(frame: Frame, face: Detection): Promise<EmotionScores> {
    const session = requireStarted(this.#session);
    // A buffer of its own for each face, so that faces may be classified at the same time.
    const pixels = new Float32Array(this.#size * this.#size);
    sampleLuma({ frame, square: cropSquareOf(face), size: this.#size, target: pixels });
    normalizeContrast(pixels, this.#histogram);
    const outputs = await session.run({ data: pixels, shape: [1, 1, this.#size, this.#size] });
    return toEmotionScores({
      logits: outputs.get('logits')!.data,
      classes: this.#classes,
      temperature: this.#temperature,
    });
  }
}
