import { ModelError } from '../../models/index.ts';
import { readModelFile, requireStarted } from '../inference/model-loader.ts';
import type { ModelSession, SessionOpener } from '../inference/model-session.ts';
import { openOnnxSession } from '../inference/onnx-session.ts';
import type { Detection, FaceDetector, Frame } from '../ports.ts';
import { toFrameDetection } from './detection-geometry.ts';
import { Letterbox } from './letterbox.ts';
import { suppressNonMaxima } from './non-max-suppression.ts';
import { coarsestStride, decodeYunet } from './yunet-decoder.ts';

const maximumOverlap = 0.3;
const defaultMinimumScore = 0.6;
const requiredOutputs = ['cls_8', 'obj_8', 'bbox_8', 'kps_8', 'cls_32', 'kps_32'];

/**
 * OpenCV's YuNet, for a file that somebody has put there. One `detect` at a time: its
 * input buffer is reused.
 */
export class YunetDetector implements FaceDetector {
  readonly #modelPath: string;
  readonly #openSession: SessionOpener;
  readonly #minimumScore: number;
  #width: number;
  #height: number;
  #letterbox: Letterbox | undefined;
  #session: ModelSession | undefined;

  /**
   * `width` and `height` (multiples of 32) are the largest where the file takes any size; a file of a
   * fixed size is run at that size.
   */
  constructor(options: {
    modelPath: string;
    width?: number;
    height?: number;
    openSession?: SessionOpener | undefined;
    minimumScore?: number;
  }) {
    this.#modelPath = options.modelPath;
    this.#openSession = options.openSession ?? openOnnxSession;
    this.#width = options.width ?? 320;
    this.#height = options.height ?? 256;
    this.#minimumScore = options.minimumScore ?? defaultMinimumScore;
  }

  /** Known for certain once the detector was started. */
  get modelId(): string {
    return `yunet-${this.#width}x${this.#height}-fp32`;
  }

  async start(): Promise<void> {
    if (this.#session !== undefined) return;
    const session = await this.#openSession({ model: await readModelFile(this.#modelPath) });
    if (requiredOutputs.some((name) => !session.outputNames.includes(name))) {
      await session.close();
      throw new ModelError({
        code: 'model_shape_unexpected',
        message: `${this.#modelPath} isn't a YuNet: its outputs have other names.`,
      });
    }
    const [, , height = 0, width = 0] = session.inputShape;
    const isFixed = width > 0 && height > 0;
    if (isFixed) [this.#width, this.#height] = [width, height];
    this.#letterbox = new Letterbox({
      width: this.#width,
      height: this.#height,
      sizeStep: isFixed ? undefined : coarsestStride,
      channels: 'bgr',
      scale: 1,
      offset: 0,
    });
    this.#session = session;
  }

  async stop(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  async detect(frame: Frame): Promise<Detection[]> {
    const session = requireStarted(this.#session);
    const letterbox = this.#letterbox!;
    const input = letterbox.fill(frame);
    const width = input.shape[3]!;
    const outputs = await session.run(input);
    const faces = decodeYunet({ outputs, width, minimumScore: this.#minimumScore });
    const detections = faces
      .map((face) => toFrameDetection({ face, letterbox, frame }))
      .filter((detection) => detection !== undefined);
    return suppressNonMaxima({ detections, maximumOverlap });
  }
}
