import type { Point } from '../ports.ts';
import type { NetworkFace } from './detection-geometry.ts';

/** Values of one anchor: score, box (cx, cy, w, h), six keypoints (the eyes first). */
const valuesPerAnchor = 17;

/** The sides of the network's input are multiples of it. */
export const coarsestStride = 32;

/** Grids of the network: anchors a cell at each stride, in the order of the output's rows. */
const levels = [
  { stride: 16, anchorsPerCell: 2 },
  { stride: coarsestStride, anchorsPerCell: 6 },
] as const;

/**
 * BlazeFace boxes run from brow to chin; these factors make them full-face boxes, as people label
 * them (+3 points of AP48).
 */
const fullFace = { height: 1.26, width: 0.915, rise: 0.1 } as const;

/**
 * Full-face boxes of all anchors whose score reaches `minimumScore`, before suppression. An anchor is
 * the centre of its cell; `width` and `height` are those of the network's input.
 */
export function decodeBlazeFace(options: {
  output: Float32Array;
  width: number;
  height: number;
  minimumScore: number;
}): NetworkFace[] {
  const { output, width, height, minimumScore } = options;
  const minimumLogit = Math.log(minimumScore / (1 - minimumScore));
  const faces: NetworkFace[] = [];
  let start = 0;
  for (const { stride, anchorsPerCell } of levels) {
    const columns = width / stride;
    const anchors = columns * (height / stride) * anchorsPerCell;
    for (let anchor = 0; anchor < anchors; anchor += 1, start += valuesPerAnchor) {
      if (output[start]! < minimumLogit) continue;
      const cell = Math.floor(anchor / anchorsPerCell);
      const center = {
        x: ((cell % columns) + 0.5) * stride,
        y: (Math.floor(cell / columns) + 0.5) * stride,
      };
      faces.push(faceOf(output.subarray(start, start + valuesPerAnchor), center));
    }
  }
  return faces;
}

function faceOf(values: Float32Array, anchor: Point): NetworkFace {
  const [logit = 0, x = 0, y = 0, width = 0, height = 0, ax = 0, ay = 0, bx = 0, by = 0] = values;
  return {
    score: 1 / (1 + Math.exp(-logit)),
    center: { x: anchor.x + x, y: anchor.y + y - height * fullFace.rise },
    width: width * fullFace.width,
    height: height * fullFace.height,
    eyes: [
      { x: anchor.x + ax, y: anchor.y + ay },
      { x: anchor.x + bx, y: anchor.y + by },
    ],
  };
}
