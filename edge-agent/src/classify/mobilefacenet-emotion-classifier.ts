import { ModelError, type ModelCard } from '../../models/index.ts';
import { readModelFile, requireStarted } from '../inference/model-loader.ts';
import type { ModelSession, SessionOpener } from '../inference/model-session.ts';
import { openOnnxSession } from '../inference/onnx-session.ts';
import type { Detection, Frame } from '../ports.ts';
import { alignFace, sampleRgb, type EyePlaces } from './aligned-crop.ts';
import { CalibratedClassifier } from './calibrated-classifier.ts';

/** Where the network was trained to see the eyes (the first two of its authors' five points). */
const places: EyePlaces = {
  size: 112,
  eyes: [
    { x: 38.2946, y: 51.6963 },
    { x: 73.5318, y: 51.5014 },
  ],
};

/** OpenCV zoo's MobileFaceNet for facial expressions, for a file that somebody has put there. */
export class MobileFaceNetEmotionClassifier extends CalibratedClassifier {
  readonly #modelPath: string;
  readonly #openSession: SessionOpener;
  #session: ModelSession | undefined;

  /** Throws `model_card_invalid` where the card has no classes or calibration. */
  constructor(options: {
    card: ModelCard;
    modelPath: string;
    openSession?: SessionOpener | undefined;
  }) {
    const { card, modelPath, openSession = openOnnxSession } = options;
    super({ card, modelId: `${card.id}-fp32` });
    this.#openSession = openSession;
    this.#modelPath = modelPath;
  }

  /** Throws `model_shape_unexpected` where the file is another network. */
  async start(): Promise<void> {
    if (this.#session !== undefined) return;
    const session = await this.#openSession({ model: await readModelFile(this.#modelPath) });
    // The first size is the number of faces, which a file may leave open.
    const [, ...sizes] = session.inputShape;
    if (sizes.join() !== `3,${places.size},${places.size}`) {
      await session.close();
      throw new ModelError({
        code: 'model_shape_unexpected',
        message: `${this.#modelPath} isn't OpenCV's MobileFaceNet for expressions: its input has another shape.`,
      });
    }
    this.#session = session;
  }

  async stop(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  async logits(frame: Frame, face: Detection): Promise<Float32Array> {
    const session = requireStarted(this.#session);
    const { size } = places;
    const pixels = sampleRgb({ frame, alignment: alignFace(face, places), size });
    const data = pixels.map((value) => value / 127.5 - 1);
    const outputs = await session.run({ data, shape: [1, 3, size, size] });
    const [logits] = outputs.values();
    if (logits?.data.length === this.classes.length) return logits.data;
    throw new ModelError({
      code: 'model_shape_unexpected',
      message: `${this.#modelPath} doesn't tell ${this.classes.length} expressions apart.`,
    });
  }
}
