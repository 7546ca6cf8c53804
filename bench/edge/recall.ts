import type { Box } from '@emotion-fleet/edge-agent/vision';

/** What is in the frames: boxes in pixels, or centres relative to the frame where nobody drew boxes. */
export type Truth =
  | { readonly kind: 'boxes'; readonly faces: readonly (readonly Box[])[] }
  | {
      readonly kind: 'centres';
      readonly faces: readonly (readonly { readonly x: number; readonly y: number }[])[];
      readonly tolerance: number;
    };

export interface Recall {
  readonly metric: string;
  readonly share: number;
}

/** Smaller faces are found by nobody at this size, and get no emotion from us. */
const smallestFacePx = 48;
const overlaps = [0.5, 0.3];

/** The share of the faces that were found; each box finds one face at most. */
export function recallOf(
  truth: Truth,
  found: readonly (readonly Box[])[],
  frames: readonly { readonly width: number; readonly height: number }[],
): Recall[] {
  if (truth.kind === 'centres') {
    const hits = truth.faces.map((faces, index) => {
      const { width, height } = frames[index]!;
      const near = (face: { x: number; y: number }, box: Box) =>
        Math.max(
          Math.abs((box.x + box.width / 2) / width - face.x),
          Math.abs((box.y + box.height / 2) / height - face.y),
        ) <= truth.tolerance;
      return countPairs(faces, found[index]!, near);
    });
    return [{ metric: 'recall, faces that a person sees', share: shareOf(hits, truth.faces) }];
  }
  const faces = truth.faces.map((boxes) => boxes.filter(({ height }) => height >= smallestFacePx));
  return overlaps.map((least) => {
    const isHit = (face: Box, box: Box) => intersectionOverUnion(face, box) >= least;
    const hits = faces.map((boxes, index) => countPairs(boxes, found[index]!, isHit));
    const metric = `recall at IoU ${least}, faces from ${smallestFacePx} px`;
    return { metric, share: shareOf(hits, faces) };
  });
}

function countPairs<Face>(
  faces: readonly Face[],
  boxes: readonly Box[],
  isHit: (face: Face, box: Box) => boolean,
): number {
  const free = new Set(boxes);
  let hits = 0;
  for (const face of faces) {
    const box = [...free].find((candidate) => isHit(face, candidate));
    if (box === undefined) continue;
    free.delete(box);
    hits += 1;
  }
  return hits;
}

function shareOf(hits: readonly number[], faces: readonly (readonly unknown[])[]): number {
  const total = faces.reduce((sum, { length }) => sum + length, 0);
  return hits.reduce((sum, count) => sum + count, 0) / total;
}

function intersectionOverUnion(one: Box, other: Box): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (one.width * one.height + other.width * other.height - shared);
}
