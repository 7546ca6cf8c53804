import type { ModelInput } from '../inference/model-session.ts';
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

/** The source pixels whose mean becomes one target pixel: `starts[i]` up to, without, `ends[i]`. */
interface Spans {
  readonly starts: Uint16Array;
  readonly ends: Uint16Array;
  /** Pixels in each span where that is the same for all, else 0. */
  readonly step: number;
}

/** Which source pixels make each target pixel of a plane. */
interface Grid {
  readonly x: Spans;
  readonly y: Spans;
}

interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
}

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
  /** Scratch space of one row: means of each target pixel, sums of each source column. */
  readonly rows: {
    readonly y: Float32Array;
    readonly u: Float32Array;
    readonly v: Float32Array;
    readonly sums: Uint32Array;
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
    const { y, u, v, sums } = plan.rows;
    for (let row = 0; row < luma.y.starts.length; row += 1) {
      averageRow({ plane: planes.y, grid: luma, row, sums, means: y });
      averageRow({ plane: planes.u, grid: chroma, row, sums, means: u });
      averageRow({ plane: planes.v, grid: chroma, row, sums, means: v });
      let target = (plan.top + row) * width + plan.left;
      for (let column = 0; column < y.length; column += 1) {
        // BT.601, limited range.
        const light = 1.164384 * (y[column]! - 16);
        const blueness = u[column]! - 128;
        const redness = v[column]! - 128;
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
  frame: { readonly width: number; readonly height: number };
  tensor: Float32Array;
  width: number;
  height: number;
  sizeStep?: number | undefined;
}): Plan {
  const { frame, tensor, sizeStep } = options;
  const scale = Math.min(options.width / frame.width, options.height / frame.height);
  const pictureWidth = Math.max(1, Math.min(options.width, Math.round(frame.width * scale)));
  const pictureHeight = Math.max(1, Math.min(options.height, Math.round(frame.height * scale)));
  const width = inputSide({ picture: pictureWidth, largest: options.width, sizeStep });
  const height = inputSide({ picture: pictureHeight, largest: options.height, sizeStep });
  return {
    frameWidth: frame.width,
    frameHeight: frame.height,
    input: { data: tensor.subarray(0, 3 * width * height), shape: [1, 3, height, width] },
    width,
    height,
    scale,
    left: (width - pictureWidth) >> 1,
    top: (height - pictureHeight) >> 1,
    luma: {
      x: spansOf({ sourceSize: frame.width, targetSize: pictureWidth }),
      y: spansOf({ sourceSize: frame.height, targetSize: pictureHeight }),
    },
    chroma: {
      x: spansOf({ sourceSize: (frame.width + 1) >> 1, targetSize: pictureWidth }),
      y: spansOf({ sourceSize: (frame.height + 1) >> 1, targetSize: pictureHeight }),
    },
    rows: {
      y: new Float32Array(pictureWidth),
      u: new Float32Array(pictureWidth),
      v: new Float32Array(pictureWidth),
      sums: new Uint32Array(frame.width),
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

function spansOf({ sourceSize, targetSize }: { sourceSize: number; targetSize: number }): Spans {
  const starts = new Uint16Array(targetSize);
  const ends = new Uint16Array(targetSize);
  for (let index = 0; index < targetSize; index += 1) {
    const start = Math.min(sourceSize - 1, Math.floor((index * sourceSize) / targetSize));
    const end = Math.round(((index + 1) * sourceSize) / targetSize);
    starts[index] = start;
    ends[index] = Math.min(sourceSize, Math.max(start + 1, end));
  }
  const step = sourceSize % targetSize === 0 ? sourceSize / targetSize : 0;
  return { starts, ends, step };
}

function planesOf({ width, height, data }: Frame): { y: Plane; u: Plane; v: Plane } {
  const chromaWidth = (width + 1) >> 1;
  const uStart = width * height;
  const vStart = uStart + chromaWidth * ((height + 1) >> 1);
  return {
    y: { data: data.subarray(0, uStart), width },
    u: { data: data.subarray(uStart, vStart), width: chromaWidth },
    v: { data: data.subarray(vStart), width: chromaWidth },
  };
}

/**
 * One row of target pixels. At the sizes of the default camera (640 x 480 to 320 x 240) luma is halved and
 * chroma stays as it is, for which there are shorter ways.
 */
function averageRow(options: {
  plane: Plane;
  grid: Grid;
  row: number;
  sums: Uint32Array;
  means: Float32Array;
}): void {
  const { plane, grid, row, means } = options;
  const { data, width } = plane;
  const isSquare = grid.x.step === grid.y.step;
  let index = grid.y.starts[row]! * width;
  if (isSquare && grid.x.step === 1) {
    for (let column = 0; column < means.length; column += 1) means[column] = data[index + column]!;
  } else if (isSquare && grid.x.step === 2) {
    for (let column = 0; column < means.length; column += 1, index += 2) {
      const below = index + width;
      const upper = data[index]! + data[index + 1]!;
      means[column] = (upper + data[below]! + data[below + 1]!) / 4;
    }
  } else {
    averageSpans(options);
  }
}

/**
 * Spans of any size: the source rows are added up first, column by column, which reads the plane in the
 * order of memory, then the columns of each target pixel.
 */
function averageSpans(options: {
  plane: Plane;
  grid: Grid;
  row: number;
  sums: Uint32Array;
  means: Float32Array;
}): void {
  const { grid, row, sums, means } = options;
  const { data, width } = options.plane;
  const { starts, ends } = grid.x;
  const top = grid.y.starts[row]!;
  const bottom = grid.y.ends[row]!;
  for (let x = 0, index = top * width; x < width; x += 1, index += 1) sums[x] = data[index]!;
  for (let y = top + 1; y < bottom; y += 1) {
    for (let x = 0, index = y * width; x < width; x += 1, index += 1) sums[x]! += data[index]!;
  }
  for (let column = 0; column < means.length; column += 1) {
    const right = ends[column]!;
    let x = starts[column]!;
    const area = (bottom - top) * (right - x);
    let sum = 0;
    for (; x < right; x += 1) sum += sums[x]!;
    means[column] = sum / area;
  }
}

function clampByte(value: number): number {
  if (value < 0) return 0;
  return value > 255 ? 255 : value;
}
