import type { Box, Detection } from '../ports.ts';

/** Intersection over union of two boxes, 0..1. */
export function intersectionOverUnion(first: Box, second: Box): number {
  const width =
    Math.min(first.x + first.width, second.x + second.width) - Math.max(first.x, second.x);
  const height =
    Math.min(first.y + first.height, second.y + second.height) - Math.max(first.y, second.y);
  if (width <= 0 || height <= 0) return 0;
  const intersection = width * height;
  return intersection / (first.width * first.height + second.width * second.height - intersection);
}

/** The detections that no better one overlaps by more than `maximumOverlap`, best score first. */
export function suppressNonMaxima(options: {
  detections: readonly Detection[];
  maximumOverlap: number;
}): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of options.detections.toSorted((a, b) => b.score - a.score)) {
    const isCovered = kept.some(
      (better) => intersectionOverUnion(better.box, candidate.box) > options.maximumOverlap,
    );
    if (!isCovered) kept.push(candidate);
  }
  return kept;
}
