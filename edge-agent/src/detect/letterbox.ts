import type { ModelInput } from '../inference/model-session.ts';
import {
  gridOf,
  sourcePlane,
  sumRow,
  type Grid,
  type Size,
  type SourcePlane,
} from '../picture/span-sums.ts';
import type { Frame, Point } from '../ports.ts';

/** What a network wants: its size in pixels, the order of its channels, `value * scale + offset`. */
export interface LetterboxOptions {
  readonly width: number;
  readonly height: number;
  /**
   * Where the network takes each size whose sides are multiples of this: the width and height above are
   * the largest then, and what would be border of the scaled frame is left out.
   */
  readonly sizeStep?: number | undefined;
  readonly channels: 'rgb' | 'bgr';
  readonly scale: number;
  readonly offset: number;
}

/** Of luma from 16 to 235. */
const limitedRangeGain = 1.164384;
const darkest = 16 * limitedRangeGain;

interface Plan {
  readonly frameWidth: number;
  readonly frameHeight: number;
  readonly input: ModelInput;
  /** Of the network's input. */
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  readonly left: number;
  readonly top: number;
  readonly luma: Grid;
  readonly chroma: Grid;
  /** Scratch space of one row: sums for each target pixel, and for each source column. */
  readonly rows: {
    readonly y: Int32Array;
    readonly u: Int32Array;
    readonly v: Int32Array;
    readonly columnSums: Int32Array;
  };
}

/**
 * Scales a yuv420p frame into a network's input (NCHW floats) in one pass, keeping its aspect; the
 * free border stays black. Buffers are reused: the input is valid until the next `fill`.
 */
export class Letterbox {
  readonly #options: LetterboxOptions;
  readonly #tensor: Float32Array;
  #plan: Plan | undefined;

  constructor(options: LetterboxOptions) {
    this.#options = options;
    // Shared: whatever thread runs the network reads it where it is.
    const bytes = 3 * options.width * options.height * Float32Array.BYTES_PER_ELEMENT;
    this.#tensor = new Float32Array(new SharedArrayBuffer(bytes));
  }

  fill(frame: Frame): ModelInput {
    const plan = this.#planFor(frame);
    const { channels, scale, offset } = this.#options;
    const { input, width, luma, chroma } = plan;
    const planeSize = width * plan.height;
    const redStart = channels === 'rgb' ? 0 : 2 * planeSize;
    const blueStart = 2 * planeSize - redStart;
    const planes = planesOf(frame);
    const tensor = input.data;
    const { y, u, v, columnSums } = plan.rows;
    const lightGain = limitedRangeGain * luma.share;
    const chromaShare = chroma.share;
    for (let row = 0; row < luma.y.starts.length; row += 1) {
      sumRow({ plane: planes.y, grid: luma, row, columnSums, sums: y });
      sumRow({ plane: planes.u, grid: chroma, row, columnSums, sums: u });
      sumRow({ plane: planes.v, grid: chroma, row, columnSums, sums: v });
      let target = (plan.top + row) * width + plan.left;
      for (let column = 0; column < y.length; column += 1) {
        // BT.601, limited range.
        const light = y[column]! * lightGain - darkest;
        const blueness = u[column]! * chromaShare - 128;
        const redness = v[column]! * chromaShare - 128;
        const green = light - 0.391762 * blueness - 0.812968 * redness;
        tensor[redStart + target] = clampByte(light + 1.596027 * redness) * scale + offset;
        tensor[planeSize + target] = clampByte(green) * scale + offset;
        tensor[blueStart + target] = clampByte(light + 2.017232 * blueness) * scale + offset;
        target += 1;
      }
    }
    return input;
  }

  /** A place in the network's input, in frame pixels. Valid for the size of the last filled frame. */
  toFrame(point: Point): Point {
    const { scale, left, top } = this.#plan!;
    return { x: (point.x - left) / scale, y: (point.y - top) / scale };
  }

  /** A length in the network's input, in frame pixels. */
  lengthToFrame(length: number): number {
    return length / this.#plan!.scale;
  }

  #planFor(frame: Frame): Plan {
    const current = this.#plan;
    if (current?.frameWidth === frame.width && current.frameHeight === frame.height) return current;
    const plan = planLetterbox({ frame, tensor: this.#tensor, ...this.#options });
    this.#tensor.fill(this.#options.offset);
    this.#plan = plan;
    return plan;
  }
}

function planLetterbox(options: {
  frame: Size;
  tensor: Float32Array;
  width: number;
  height: number;
  sizeStep?: number | undefined;
}): Plan {
  const { frame, tensor, sizeStep } = options;
  const scale = Math.min(options.width / frame.width, options.height / frame.height);
  const picture = {
    width: Math.max(1, Math.min(options.width, Math.round(frame.width * scale))),
    height: Math.max(1, Math.min(options.height, Math.round(frame.height * scale))),
  };
  const width = inputSide({ picture: picture.width, largest: options.width, sizeStep });
  const height = inputSide({ picture: picture.height, largest: options.height, sizeStep });
  return {
    frameWidth: frame.width,
    frameHeight: frame.height,
    input: { data: tensor.subarray(0, 3 * width * height), shape: [1, 3, height, width] },
    width,
    height,
    scale,
    left: (width - picture.width) >> 1,
    top: (height - picture.height) >> 1,
    luma: gridOf(frame, picture),
    chroma: gridOf({ width: (frame.width + 1) >> 1, height: (frame.height + 1) >> 1 }, picture),
    rows: {
      y: new Int32Array(picture.width),
      u: new Int32Array(picture.width),
      v: new Int32Array(picture.width),
      columnSums: new Int32Array(frame.width),
    },
  };
}

function inputSide(options: {
  picture: number;
  largest: number;
  sizeStep: number | undefined;
}): number {
  const { picture, largest, sizeStep } = options;
  return sizeStep === undefined ? largest : Math.ceil(picture / sizeStep) * sizeStep;
}

function planesOf({ width, height, data }: Frame): {
  y: SourcePlane;
  u: SourcePlane;
  v: SourcePlane;
} {
  const chromaWidth = (width + 1) >> 1;
  const uStart = width * height;
  const vStart = uStart + chromaWidth * ((height + 1) >> 1);
  return {
    y: sourcePlane(data.subarray(0, uStart), width),
    u: sourcePlane(data.subarray(uStart, vStart), chromaWidth),
    v: sourcePlane(data.subarray(vStart), chromaWidth),
  };
}

function clampByte(value: number): number {
  if (value < 0) return 0;
  return value > 255 ? 255 : value;
}
