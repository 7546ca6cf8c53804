/** Scaling a plane down: each target pixel is the mean of the source pixels that it stands for. */

/** The source pixels whose mean becomes one target pixel: `length` of them from `starts[i]` on. */
export interface Spans {
  readonly starts: Uint16Array;
  readonly length: number;
}

/** Which source pixels make each target pixel of a plane. */
export interface Grid {
  readonly x: Spans;
  readonly y: Spans;
  /** One source pixel's part in a target pixel. */
  readonly share: number;
  /** Where squares of source pixels lie side by side in a row, each a target pixel: their side; else 0. */
  readonly step: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface SourcePlane {
  readonly data: Uint8Array;
  readonly width: number;
  /** The same memory, four pixels in each, where rows begin at such places. */
  readonly words: Int32Array | undefined;
}

export function gridOf(source: Size, target: Size): Grid {
  const x = spansOf({ sourceSize: source.width, targetSize: target.width });
  const y = spansOf({ sourceSize: source.height, targetSize: target.height });
  const share = 1 / (x.length * y.length);
  const isWhole = x.length === y.length && source.width === x.length * target.width;
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

/** `data` row by row, `width` pixels in each. */
export function sourcePlane(data: Uint8Array, width: number): SourcePlane {
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
export function sumRow(options: {
  plane: SourcePlane;
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
export function sumSpans(options: {
  plane: SourcePlane;
  grid: Pick<Grid, 'x' | 'y'>;
  row: number;
  columnSums: Int32Array;
  sums: Int32Array;
}): void {
  const { plane, grid, row, columnSums, sums } = options;
  const { starts, length } = grid.x;
  const part = {
    top: grid.y.starts[row]!,
    rows: grid.y.length,
    left: starts[0]!,
    right: starts[starts.length - 1]! + length,
  };
  if (plane.words === undefined) addRows({ plane, part, columnSums });
  else addWords({ words: plane.words, wordsPerRow: plane.width >> 2, part, columnSums });
  for (let x = 0; x < sums.length; x += 1) sums[x] = columnSums[starts[x]!]!;
  for (let next = 1; next < length; next += 1) {
    for (let x = 0; x < sums.length; x += 1) sums[x]! += columnSums[starts[x]! + next]!;
  }
}

/** Of a plane: rows from `top` on, columns from `left` up to, without, `right`. */
interface Part {
  readonly top: number;
  readonly rows: number;
  readonly left: number;
  readonly right: number;
}

function addRows(options: { plane: SourcePlane; part: Part; columnSums: Int32Array }): void {
  const { part, columnSums } = options;
  const { data, width } = options.plane;
  columnSums.fill(0);
  for (let y = part.top; y < part.top + part.rows; y += 1) {
    const start = y * width;
    for (let x = part.left; x < part.right; x += 1) columnSums[x]! += data[start + x]!;
  }
}

/** Four columns at a time: the bytes of even and of odd columns each have 16 bits for their sums, enough for 257 rows. */
function addWords(options: {
  words: Int32Array;
  wordsPerRow: number;
  part: Part;
  columnSums: Int32Array;
}): void {
  const { words, wordsPerRow, part, columnSums } = options;
  const start = part.top * wordsPerRow;
  const span = part.rows * wordsPerRow;
  for (let x = part.left >> 2; x << 2 < part.right; x += 1) {
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
