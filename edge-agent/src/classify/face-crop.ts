import type { Detection } from '../ports.ts';

/**
 * How the training pictures of the emotion network frame a face, measured with our detector on the
 * FER2013 PublicTest pictures (medians of 524 faces): the side of the square is 0.92 of the height of
 * the full-face box, the eyes lie at 39 % of it, the centre of the box at 48 %.
 */
const framing = { sidePerBoxHeight: 0.92, eyeLine: 0.39, boxCenterLine: 0.48 } as const;

/** A square in the frame, turned so that the eyes are level. Pixels and radians. */
export interface CropSquare {
  readonly centerX: number;
  readonly centerY: number;
  readonly side: number;
  readonly angle: number;
}

/** Where to cut a face out; without eyes the square stays upright on the box. */
export function cropSquareOf(face: Detection): CropSquare {
  const { box, eyes } = face;
  const side = box.height * framing.sidePerBoxHeight;
  if (eyes === undefined) {
    return {
      centerX: box.x + box.width / 2,
      centerY: box.y + box.height / 2 + (0.5 - framing.boxCenterLine) * side,
      side,
      angle: 0,
    };
  }
  const [left, right] = eyes;
  const angle = Math.atan2(right.y - left.y, right.x - left.x);
  const drop = (0.5 - framing.eyeLine) * side;
  return {
    centerX: (left.x + right.x) / 2 - Math.sin(angle) * drop,
    centerY: (left.y + right.y) / 2 + Math.cos(angle) * drop,
    side,
    angle,
  };
}

/** The square moved along its own axes by shares of its side, and made larger or smaller. */
export function varySquare(
  square: CropSquare,
  by: { readonly shiftX: number; readonly shiftY: number; readonly scale: number },
): CropSquare {
  const right = by.shiftX * square.side;
  const down = by.shiftY * square.side;
  const [cos, sin] = [Math.cos(square.angle), Math.sin(square.angle)];
  return {
    ...square,
    centerX: square.centerX + right * cos - down * sin,
    centerY: square.centerY + right * sin + down * cos,
    side: square.side * by.scale,
  };
}

/** Swaps left and right of a square picture in place. */
export function mirror(pixels: Float32Array, size: number): void {
  for (let start = 0; start < pixels.length; start += size) {
    pixels.subarray(start, start + size).reverse();
  }
}

/**
 * Samples the luma of the square into `target` (`size` x `size`, row by row). A large face is averaged
 * over as many points as a target pixel covers; outside the plane the nearest edge pixel counts.
 */
export function sampleLuma(options: {
  plane: Plane;
  square: CropSquare;
  size: number;
  target: Float32Array;
}): void {
  const { plane, square, size, target } = options;
  const pixelsPerCell = square.side / size;
  const points = Math.max(1, Math.ceil(pixelsPerCell));
  const step = pixelsPerCell / points;
  const cos = Math.cos(square.angle) * step;
  const sin = Math.sin(square.angle) * step;
  const half = (size * points) / 2 - 0.5;
  // Pixel centres lie at half integers; the grid runs over pixel indexes.
  const originX = square.centerX - 0.5 - half * cos + half * sin;
  const originY = square.centerY - 0.5 - half * sin - half * cos;
  const sampleRow = isInside(square, plane) ? sampleInnerRow : sampleAnyRow;
  const row = new Float32Array(size * points);
  target.fill(0);
  for (let subRow = 0; subRow < size * points; subRow += 1) {
    const [x, y] = [originX - subRow * sin, originY + subRow * cos];
    sampleRow({ plane, x, y, stepX: cos, stepY: sin, row });
    const start = Math.floor(subRow / points) * size;
    for (let point = 0; point < points; point += 1) {
      for (let column = 0, index = point; column < size; column += 1, index += points) {
        target[start + column]! += row[index]!;
      }
    }
  }
  if (points === 1) return;
  for (let index = 0; index < target.length; index += 1) target[index]! /= points * points;
}

/** How far the corners of a square lie from its centre, along either axis of the frame. */
export function reachOf({ side, angle }: CropSquare): number {
  return (side / 2) * (Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle)));
}

/** Whether each point of the square lies between pixels of the plane. */
function isInside(square: CropSquare, plane: Plane): boolean {
  const { centerX, centerY } = square;
  const reach = reachOf(square) + 1;
  const isBetween = (center: number, length: number) => center > reach && center < length - reach;
  return isBetween(centerX, plane.width) && isBetween(centerY, plane.height);
}

interface RowOfPoints {
  readonly plane: Plane;
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly row: Float32Array;
}

function sampleAnyRow({ plane, x, y, stepX, stepY, row }: RowOfPoints): void {
  for (let index = 0; index < row.length; index += 1) {
    row[index] = sampleBilinear(plane, x + index * stepX, y + index * stepY);
  }
}

/** The same without a look at the edges, in less than half the time. */
function sampleInnerRow({ plane, x, y, stepX, stepY, row }: RowOfPoints): void {
  const { data, width } = plane;
  for (let index = 0; index < row.length; index += 1) {
    const pointX = x + index * stepX;
    const pointY = y + index * stepY;
    const left = pointX | 0;
    const top = pointY | 0;
    const shareX = pointX - left;
    const at = top * width + left;
    const upper = data[at]! + (data[at + 1]! - data[at]!) * shareX;
    const lower = data[at + width]! + (data[at + width + 1]! - data[at + width]!) * shareX;
    row[index] = upper + (lower - upper) * (pointY - top);
  }
}

/** One plane of a picture, row by row; a frame is its own luma. */
export interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The value between the pixels of a plane; indexes outside of it are those of its edge. */
export function sampleBilinear(plane: Plane, x: number, y: number): number {
  const { data, width, height } = plane;
  const clampedX = Math.min(width - 1, Math.max(0, x));
  const clampedY = Math.min(height - 1, Math.max(0, y));
  const left = Math.min(width - 2, Math.floor(clampedX));
  const top = Math.min(height - 2, Math.floor(clampedY));
  const shareX = clampedX - left;
  const shareY = clampedY - top;
  const index = top * width + left;
  const upper = data[index]! * (1 - shareX) + data[index + 1]! * shareX;
  const lower = data[index + width]! * (1 - shareX) + data[index + width + 1]! * shareX;
  return upper * (1 - shareY) + lower * shareY;
}
