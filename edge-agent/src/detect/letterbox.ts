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

/** The source pixels whose mean becomes one target pixel: `length` of them from `starts[i]` on. */
interface Spans {
  readonly starts: Uint16Array;
  readonly length: number;
}

/** Which source pixels make each target pixel of a plane. */
interface Grid {
  readonly x: Spans;
  readonly y: Spans;
  /** One source pixel's part in a target pixel. */
  readonly share: number;
  /** Source pixels from one target pixel to the next, where that is the same whole number both ways, else 0. */
  readonly step: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  /** The same memory, four pixels in each, where rows begin at such places. */
  readonly words: Int32Array | undefined;
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
    const lightGain = 1.164384 * luma.share;
    const chromaShare = chroma.share;
    for (let row = 0; row < luma.y.starts.length; row += 1) {
      sumRow({ plane: planes.y, grid: luma, row, columnSums, sums: y });
      sumRow({ plane: planes.u, grid: chroma, row, columnSums, sums: u });
      sumRow({ plane: planes.v, grid: chroma, row, columnSums, sums: v });
      let target = (plan.top + row) * width + plan.left;
      for (let column = 0; column < y.length; column += 1) {
        // BT.601, limited range.
        const light = y[column]! * lightGain - 18.630144;
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

function gridOf(source: Size, target: Size): Grid {
  const x = spansOf({ sourceSize: source.width, targetSize: target.width });
  const y = spansOf({ sourceSize: source.height, targetSize: target.height });
  const share = 1 / (x.length * y.length);
  const isWhole =
    x.length === y.length &&
    source.width === x.length * target.width &&
    source.height === y.length * target.height;
  return { x, y, share, step: isWhole ? x.length : 0 };
}

/** Of one length for all, as near to the scale as whole pixels are: sums of a fixed number of terms are quick. */
function spansOf({ sourceSize, targetSize }: { sourceSize: number; targetSize: number }): Spans {
  const step = sourceSize / targetSize;
  const length = Math.max(1, Math.round(step));
  const starts = Uint16Array.from({ length: targetSize }, (_, index) => {
    const start = Math.round(index * step + (step - length) / 2);
    return Math.min(sourceSize - length, Math.max(0, start));
  });
  return { starts, length };
}

function planesOf({ width, height, data }: Frame): { y: Plane; u: Plane; v: Plane } {
  const chromaWidth = (width + 1) >> 1;
  const uStart = width * height;
  const vStart = uStart + chromaWidth * ((height + 1) >> 1);
  return {
    y: planeOf(data.subarray(0, uStart), width),
    u: planeOf(data.subarray(uStart, vStart), chromaWidth),
    v: planeOf(data.subarray(vStart), chromaWidth),
  };
}

function planeOf(data: Uint8Array, width: number): Plane {
  const isAligned = data.byteOffset % 4 === 0 && width % 4 === 0;
  const words = isAligned
    ? new Int32Array(data.buffer, data.byteOffset, data.length >> 2)
    : undefined;
  return { data, width, words };
}

/**
 * One row of target pixels, as the sums over their source pixels. At the sizes of the default camera
 * (640 x 480 to 320 x 240) luma is halved and chroma stays as it is, for which there are shorter ways.
 */
function sumRow(options: {
  plane: Plane;
  grid: Grid;
  row: number;
  columnSums: Int32Array;
  sums: Int32Array;
}): void {
  const { plane, grid, row, sums } = options;
  const { data, width } = plane;
  let index = grid.y.starts[row]! * width;
  if (grid.step === 1) {
    for (let x = 0; x < sums.length; x += 1) sums[x] = data[index + x]!;
  } else if (grid.step === 2) {
    for (let x = 0; x < sums.length; x += 1, index += 2) {
      const below = index + width;
      sums[x] = data[index]! + data[index + 1]! + data[below]! + data[below + 1]!;
    }
  } else {
    sumSpans(options);
  }
}

/**
 * Spans of any length. Their pixels are added up in the order of memory: rows first, column by column,
 * then columns, in loops without loops in them, which are the quick ones.
 */
function sumSpans(options: {
  plane: Plane;
  grid: Grid;
  row: number;
  columnSums: Int32Array;
  sums: Int32Array;
}): void {
  const { plane, grid, row, columnSums, sums } = options;
  const rows = { first: grid.y.starts[row]!, count: grid.y.length };
  if (plane.words === undefined) addRows({ plane, rows, columnSums });
  else addWords({ words: plane.words, wordsPerRow: plane.width >> 2, rows, columnSums });
  const { starts, length } = grid.x;
  for (let x = 0; x < sums.length; x += 1) sums[x] = columnSums[starts[x]!]!;
  for (let next = 1; next < length; next += 1) {
    for (let x = 0; x < sums.length; x += 1) sums[x]! += columnSums[starts[x]! + next]!;
  }
}

interface Rows {
  readonly first: number;
  readonly count: number;
}

function addRows(options: { plane: Plane; rows: Rows; columnSums: Int32Array }): void {
  const { rows, columnSums } = options;
  const { data, width } = options.plane;
  columnSums.fill(0);
  for (let y = rows.first; y < rows.first + rows.count; y += 1) {
    for (let x = 0, index = y * width; x < width; x += 1, index += 1)
      columnSums[x]! += data[index]!;
  }
}

/** Four columns at a time: the bytes of even and of odd columns each have 16 bits for their sums. */
function addWords(options: {
  words: Int32Array;
  wordsPerRow: number;
  rows: Rows;
  columnSums: Int32Array;
}): void {
  const { words, wordsPerRow, rows, columnSums } = options;
  const start = rows.first * wordsPerRow;
  const span = rows.count * wordsPerRow;
  for (let x = 0; x < wordsPerRow; x += 1) {
    const first = words[start + x]!;
    let even = first & 0x00ff00ff;
    let odd = (first >>> 8) & 0x00ff00ff;
    for (let index = start + x + wordsPerRow; index < start + span; index += wordsPerRow) {
      const word = words[index]!;
      even = (even + (word & 0x00ff00ff)) | 0;
      odd = (odd + ((word >>> 8) & 0x00ff00ff)) | 0;
    }
    const column = x << 2;
    columnSums[column] = even & 0xffff;
    columnSums[column + 1] = odd & 0xffff;
    columnSums[column + 2] = even >>> 16;
    columnSums[column + 3] = odd >>> 16;
  }
}

function clampByte(value: number): number {
  if (value < 0) return 0;
  return value > 255 ? 255 : value;
}
