import type { Detection, Frame, Point } from '../ports.ts';
import { cropSquareOf, sampleBilinear } from './face-crop.ts';

/** Turns, scales and moves: where the pixel (0, 0) of a crop lies in the frame, and the way to its next column. */
export interface Alignment {
  readonly origin: Point;
  readonly step: Point;
}

/** Where a network knows the eyes in its square input, in pixels of it: the one further left first. */
export interface EyePlaces {
  readonly size: number;
  readonly eyes: readonly [Point, Point];
}

/** The alignment that puts the eyes at their places; without eyes the upright crop of the whole face. */
export function alignFace(face: Detection, places: EyePlaces): Alignment {
  if (face.eyes === undefined) {
    const { centerX, centerY, side } = cropSquareOf(face);
    const scale = side / places.size;
    const half = (side - scale) / 2;
    return { origin: { x: centerX - half, y: centerY - half }, step: { x: scale, y: 0 } };
  }
  const [left, right] = face.eyes;
  const [leftPlace, rightPlace] = places.eyes;
  const to = { x: right.x - left.x, y: right.y - left.y };
  const from = { x: rightPlace.x - leftPlace.x, y: rightPlace.y - leftPlace.y };
  // The quotient of the two vectors as complex numbers.
  const norm = from.x * from.x + from.y * from.y;
  const step = {
    x: (to.x * from.x + to.y * from.y) / norm,
    y: (to.y * from.x - to.x * from.y) / norm,
  };
  return {
    origin: {
      x: left.x - leftPlace.x * step.x + leftPlace.y * step.y,
      y: left.y - leftPlace.x * step.y - leftPlace.y * step.x,
    },
    step,
  };
}

/**
 * The crop as planes of red, green and blue, 0..255, `size` x `size` each. Bilinear without averaging,
 * as OpenCV's warpAffine does it.
 */
export function sampleRgb(options: {
  frame: Frame;
  alignment: Alignment;
  size: number;
}): Float32Array {
  const { frame, alignment, size } = options;
  const { origin, step } = alignment;
  const { y: luma, u, v } = planesOf(frame);
  const area = size * size;
  const target = new Float32Array(3 * area);
  for (let index = 0; index < area; index += 1) {
    const column = index % size;
    const row = Math.floor(index / size);
    // Pixel centres lie at half integers; sampling goes by pixel indexes.
    const x = origin.x + column * step.x - row * step.y - 0.5;
    const y = origin.y + column * step.y + row * step.x - 0.5;
    const chromaX = (x - 0.5) / 2;
    const chromaY = (y - 0.5) / 2;
    // BT.601, limited range.
    const light = 1.164384 * (sampleBilinear(luma, x, y) - 16);
    const blueness = sampleBilinear(u, chromaX, chromaY) - 128;
    const redness = sampleBilinear(v, chromaX, chromaY) - 128;
    target[index] = clampByte(light + 1.596027 * redness);
    target[area + index] = clampByte(light - 0.391762 * blueness - 0.812968 * redness);
    target[2 * area + index] = clampByte(light + 2.017232 * blueness);
  }
  return target;
}

function planesOf({ width, height, data }: Frame) {
  const chroma = { width: (width + 1) >> 1, height: (height + 1) >> 1 };
  const uStart = width * height;
  const vStart = uStart + chroma.width * chroma.height;
  return {
    y: { width, height, data },
    u: { ...chroma, data: data.subarray(uStart, vStart) },
    v: { ...chroma, data: data.subarray(vStart) },
  };
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, value));
}
