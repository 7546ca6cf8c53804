import type { Box } from '../ports.ts';
import type { Photo, Plane } from './photo.ts';

/** Zero-mean noise that is added to a plane; a table, since random numbers are too slow per pixel. */
export interface NoiseTable {
  readonly values: Int8Array;
  /** Length - 1; the length is a power of two. */
  readonly mask: number;
}

/** Fixed-point fractions: 8 bits. */
const one = 256;

/**
 * Writes what `view` (pixels of the photograph) shows as an I420 picture of `width` x `height` (even)
 * into `target` from the level whose pixels are at most twice as dense as the target's.
 */
export function renderView(options: {
  photo: Photo;
  view: Box;
  width: number;
  height: number;
  target: Uint8Array;
  noise: NoiseTable;
  noiseOffset: number;
}): void {
  const { photo, view, width, height, target, noise, noiseOffset } = options;
  const density = view.width / width;
  const level = Math.max(0, Math.min(photo.levels.length - 1, Math.floor(Math.log2(density))));
  const planes = photo.levels[level]!;
  const lumaSize = width * height;
  const chromaSize = lumaSize / 4;
  resampleLuma({
    plane: planes.y,
    view: scaleBox(view, 1 / 2 ** level),
    width,
    height,
    target: target.subarray(0, lumaSize),
    noise,
    noiseOffset,
  });
  const chromaView = scaleBox(view, 1 / 2 ** (level + 1));
  for (const [index, plane] of [planes.u, planes.v].entries()) {
    const start = lumaSize + index * chromaSize;
    resampleChroma({
      plane,
      view: chromaView,
      width: width / 2,
      height: height / 2,
      target: target.subarray(start, start + chromaSize),
    });
  }
}

function scaleBox(box: Box, factor: number): Box {
  return {
    x: box.x * factor,
    y: box.y * factor,
    width: box.width * factor,
    height: box.height * factor,
  };
}

/** The hot loop: integers only, tables for the columns. */
function resampleLuma(options: {
  plane: Plane;
  view: Box;
  width: number;
  height: number;
  target: Uint8Array;
  noise: NoiseTable;
  noiseOffset: number;
}): void {
  const { plane, view, width, height, target, noise, noiseOffset } = options;
  const { data } = plane;
  const { values, mask } = noise;
  const columns = sampleAxis({
    from: view.x,
    length: view.width,
    count: width,
    limit: plane.width,
  });
  const rows = sampleAxis({
    from: view.y,
    length: view.height,
    count: height,
    limit: plane.height,
  });
  const { first, fraction } = columns;
  for (let row = 0, out = 0; row < height; row += 1) {
    const upper = rows.first[row]! * plane.width;
    const lower = upper + plane.width;
    const down = rows.fraction[row]!;
    for (let column = 0; column < width; column += 1, out += 1) {
      const left = first[column]!;
      const right = fraction[column]!;
      const a = data[upper + left]!;
      const c = data[lower + left]!;
      const above = (a << 8) + Math.imul(data[upper + left + 1]! - a, right);
      const below = (c << 8) + Math.imul(data[lower + left + 1]! - c, right);
      const value = ((above << 8) + Math.imul(below - above, down) + 32_768) >> 16;
      // Limited range leaves the noise room on both sides: nothing needs clamping.
      target[out] = value + values[(noiseOffset + out) & mask]!;
    }
  }
}

/** Nearest neighbour: nobody sees the difference in the colours, and it is four times as fast. */
function resampleChroma(options: {
  plane: Plane;
  view: Box;
  width: number;
  height: number;
  target: Uint8Array;
}): void {
  const { plane, view, width, height, target } = options;
  const { data } = plane;
  const { first } = sampleAxis({
    from: view.x,
    length: view.width,
    count: width,
    limit: plane.width,
  });
  const rows = sampleAxis({
    from: view.y,
    length: view.height,
    count: height,
    limit: plane.height,
  });
  for (let row = 0, out = 0; row < height; row += 1) {
    const start = rows.first[row]! * plane.width;
    for (let column = 0; column < width; column += 1, out += 1) {
      target[out] = data[start + first[column]!]!;
    }
  }
}

/** For each target pixel the first of its two source pixels and the weight of the second. */
function sampleAxis(options: { from: number; length: number; count: number; limit: number }) {
  const { from, length, count, limit } = options;
  const first = new Int32Array(count);
  const fraction = new Int32Array(count);
  const step = length / count;
  for (let index = 0; index < count; index += 1) {
    const position = Math.max(0, Math.min(limit - 1.001, from + (index + 0.5) * step - 0.5));
    first[index] = position;
    fraction[index] = (position - first[index]!) * one;
  }
  return { first, fraction };
}

/** Roughly Gaussian noise of that standard deviation in luma levels, always the same for a seed. */
export function makeNoise(options: { random: () => number; sigma: number }): NoiseTable {
  const size = 65_536;
  const values = new Int8Array(size);
  for (let index = 0; index < size; index += 1) {
    // The sum of four uniform numbers has a standard deviation of sqrt(4 / 12).
    const sum = options.random() + options.random() + options.random() + options.random() - 2;
    values[index] = Math.round((sum / Math.sqrt(1 / 3)) * options.sigma);
  }
  return { values, mask: size - 1 };
}
