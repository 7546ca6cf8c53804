import type { Box, Point } from '../ports.ts';

export function centreOf(box: Box): Point {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** One number for how large a box is, in pixels: the side of the square of its area. */
export function sizeOf(box: Box): number {
  return Math.sqrt(box.width * box.height);
}

/** Intersection over union, 0..1. */
export function overlapOf(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (one.width * one.height + other.width * other.height - shared);
}

/** The part of a box inside a frame; undefined where less than a pixel is left. */
export function clipBox(box: Box, frame: { width: number; height: number }): Box | undefined {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  const width = Math.min(frame.width, box.x + box.width) - x;
  const height = Math.min(frame.height, box.y + box.height) - y;
  // Written so that a box with NaN in it is refused, too.
  return width >= 1 && height >= 1 ? { x, y, width, height } : undefined;
}
