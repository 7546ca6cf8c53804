import type { Frame, FrameSource, FrameSourceEvents } from '../ports.ts';
import type { PhotoName } from './photo-names.ts';
import { photoPath, readPhoto, type Photo } from './photo.ts';
import { makeNoise, renderView } from './resample.ts';
import { seededUnit } from './seeded-random.ts';
import { virtualView } from './virtual-view.ts';

export interface VirtualFrameSourceOptions {
  readonly photo: PhotoName;
  readonly seed: number;
  readonly framesPerSecond: number;
  /** Even; 640 x 480 by default. */
  readonly width?: number;
  readonly height?: number;
  /** Someone holds a hand over the lens between these times since the start. */
  readonly covered?: { readonly fromMs: number; readonly toMs: number };
  /** Monotonic milliseconds. */
  readonly nowMs?: (() => number) | undefined;
}

/** Standard deviation of the noise in luma levels: what a small sensor shows in a lit room. */
const noiseSigma = 1.5;
/** Black in limited range, and grey for both colour planes. */
const black = 16;
const grey = 128;

/**
 * A camera for machines without one: pans and zooms over a photograph of an installed package. The
 * same photograph, seed and time give the same picture.
 */
export class VirtualFrameSource implements FrameSource {
  readonly #options: VirtualFrameSourceOptions;
  readonly #nowMs: () => number;
  readonly #width: number;
  readonly #height: number;
  #painter: VirtualPainter | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: VirtualFrameSourceOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#width = options.width ?? 640;
    this.#height = options.height ?? 480;
  }

  /** Throws OperatorError `photo_missing`. */
  async start(events: FrameSourceEvents): Promise<void> {
    const { photo, seed, covered, framesPerSecond } = this.#options;
    this.#painter = new VirtualPainter({
      photo: await readPhoto(photoPath(photo)),
      seed,
      width: this.#width,
      height: this.#height,
      ...(covered === undefined ? {} : { covered }),
    });
    const intervalMs = 1_000 / framesPerSecond;
    const startedAtMs = this.#nowMs();
    events.onState('running', `The virtual camera looks at ${photo}.`);
    let index = 0;
    const next = () => {
      const nowMs = this.#nowMs();
      events.onFrame(this.#paint({ timeMs: nowMs - startedAtMs, nowMs }));
      // Whoever got the frame may have stopped the camera.
      if (this.#painter === undefined) return;
      // A late machine skips frames, as a camera would.
      index = Math.max(index + 1, Math.ceil((this.#nowMs() - startedAtMs) / intervalMs));
      this.#timer = setTimeout(next, startedAtMs + index * intervalMs - this.#nowMs());
    };
    this.#timer = setTimeout(next, 0);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#painter = undefined;
  }

  #paint({ timeMs, nowMs }: { timeMs: number; nowMs: number }): Frame {
    const data = this.#painter?.paint(timeMs) ?? new Uint8Array();
    return { width: this.#width, height: this.#height, data, capturedAtMs: nowMs };
  }
}

export interface VirtualPainterOptions extends Pick<VirtualFrameSourceOptions, 'seed' | 'covered'> {
  readonly photo: Photo;
  readonly width: number;
  readonly height: number;
}

/** Paints the picture of a time into one buffer that it uses again. */
export class VirtualPainter {
  readonly #options: VirtualPainterOptions;
  readonly #target: Uint8Array;
  readonly #noise;

  constructor(options: VirtualPainterOptions) {
    this.#options = options;
    this.#target = new Uint8Array((options.width * options.height * 3) / 2);
    let step = 0;
    const random = () => seededUnit({ seed: options.seed, step: step++ });
    this.#noise = makeNoise({ random, sigma: noiseSigma });
  }

  /** The I420 picture at a time since the start; valid until the next call. */
  paint(timeMs: number): Uint8Array {
    const { photo, seed, width, height, covered } = this.#options;
    const noiseOffset = Math.floor(seededUnit({ seed, step: Math.floor(timeMs) }) * 65_536);
    if (covered !== undefined && timeMs >= covered.fromMs && timeMs < covered.toMs) {
      this.#paintCovered(noiseOffset);
    } else {
      const view = virtualView({ photo, aspectRatio: width / height, seed, timeMs });
      const { noise, target } = { noise: this.#noise, target: this.#target };
      renderView({ photo, view, width, height, target, noise, noiseOffset });
    }
    return this.#target;
  }

  /** A covered lens: black but for the noise of the sensor. */
  #paintCovered(noiseOffset: number): void {
    const { width, height } = this.#options;
    const { values, mask } = this.#noise;
    const lumaSize = width * height;
    for (let pixel = 0; pixel < lumaSize; pixel += 1) {
      this.#target[pixel] = black + values[(noiseOffset + pixel) & mask]!;
    }
    this.#target.fill(grey, lumaSize);
  }
}
