import type { InstalledModel } from '../../models/index.ts';
import { openInstalledModel, requireStarted } from '../inference/model-loader.ts';
import type { ModelSession, SessionOpener } from '../inference/model-session.ts';
import type { Detection, FaceDetector, Frame } from '../ports.ts';
import { coarsestStride, decodeBlazeFace } from './blazeface-decoder.ts';
import { toFrameDetection } from './detection-geometry.ts';
import { Letterbox } from './letterbox.ts';
import { suppressNonMaxima } from './non-max-suppression.ts';

const maximumOverlap = 0.3;

/** MediaPipe's BlazeFace for back cameras. One `detect` at a time: its input buffer is reused. */
export class BlazeFaceDetector implements FaceDetector {
  readonly modelId: string;
  readonly #model: InstalledModel;
  readonly #openSession: SessionOpener | undefined;
  readonly #minimumScore: number;
  readonly #letterbox: Letterbox;
  #session: ModelSession | undefined;

  /** `minimumScore` (0..1) defaults to the one on the model's card. */
  constructor(options: {
    model: InstalledModel;
    openSession?: SessionOpener | undefined;
    minimumScore?: number;
  }) {
    const { card, file } = options.model;
    const [, , height = 0, width = 0] = card.input.shape;
    this.modelId = `${card.id}-${file.precision}`;
    this.#model = options.model;
    this.#openSession = options.openSession;
    this.#minimumScore = options.minimumScore ?? card.detection?.minimumScore ?? 0.5;
    this.#letterbox = new Letterbox({
      width,
      height,
      sizeStep: coarsestStride,
      channels: 'rgb',
      scale: 1 / 127.5,
      offset: -1,
    });
  }

  async start(): Promise<void> {
    this.#session ??= await openInstalledModel(this.#model, this.#openSession);
  }

  async stop(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  async detect(frame: Frame): Promise<Detection[]> {
    const session = requireStarted(this.#session);
    const letterbox = this.#letterbox;
    const input = letterbox.fill(frame);
    const [, , height = 0, width = 0] = input.shape;
    const outputs = await session.run(input);
    const output = outputs.get('anchors')!.data;
    const faces = decodeBlazeFace({ output, width, height, minimumScore: this.#minimumScore });
    const detections = faces
      .map((face) => toFrameDetection({ face, letterbox, frame }))
      .filter((detection) => detection !== undefined);
    return suppressNonMaxima({ detections, maximumOverlap });
  }
}
