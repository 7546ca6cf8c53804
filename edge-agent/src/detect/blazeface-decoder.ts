import type { Point } from '../ports.ts';
import type { NetworkFace } from './detection-geometry.ts';

/** Values of one anchor: score, box (cx, cy, w, h), six keypoints (the eyes first). */
const valuesPerAnchor = 17;

/** Grids of the network: anchors a cell at each stride, in the order of the output's rows. */
const levels = [
  { stride: 16, anchorsPerCell: 2 },
  { stride: 32, anchorsPerCell: 6 },
] as const;

/**
 * BlazeFace boxes run from brow to chin; these factors make them full-face boxes, as people label
 * them (+3 points of AP48).
 */
const fullFace = { height: 1.26, width: 0.915, rise: 0.1 } as const;

/** Centres of all anchors in pixels of the network's input, in the order of the output's rows. */
export function blazeFaceAnchors({ width, height }: { width: number; height: number }): Point[] {
  const anchors: Point[] = [];
  for (const { stride, anchorsPerCell } of levels) {
    for (let row = 0; row < height / stride; row += 1) {
      for (let column = 0; column < width / stride; column += 1) {
        const anchor = { x: (column + 0.5) * stride, y: (row + 0.5) * stride };
        for (let copy = 0; copy < anchorsPerCell; copy += 1) anchors.push(anchor);
      }
    }
  }
  return anchors;
}

/** Full-face boxes of all anchors whose score reaches `minimumScore`, before suppression. */
export function decodeBlazeFace(options: {
  output: Float32Array;
  anchors: readonly Point[];
  minimumScore: number;
}): NetworkFace[] {
  const { output, anchors, minimumScore } = options;
  const minimumLogit = Math.log(minimumScore / (1 - minimumScore));
  const faces: NetworkFace[] = [];
  anchors.forEach((anchor, index) => {
    const start = index * valuesPerAnchor;
    const logit = output[start]!;
    if (logit < minimumLogit) return;
    const [, x = 0, y = 0, width = 0, height = 0, ax = 0, ay = 0, bx = 0, by = 0] = output.subarray(
      start,
      start + valuesPerAnchor,
    );
    faces.push({
      score: 1 / (1 + Math.exp(-logit)),
      center: { x: anchor.x + x, y: anchor.y + y - height * fullFace.rise },
      width: width * fullFace.width,
      height: height * fullFace.height,
      eyes: [
        { x: anchor.x + ax, y: anchor.y + ay },
        { x: anchor.x + bx, y: anchor.y + by },
      ],
    });
  });
  return faces;
}
