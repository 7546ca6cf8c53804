import type { NetworkFace } from './detection-geometry.ts';

/** The sides of the network's input are multiples of it. */
export const coarsestStride = 32;
const strides = [8, 16, coarsestStride] as const;

/** Outputs of YuNet by name (`cls_8`, `obj_8`, `bbox_8`, `kps_8`, ... `kps_32`). */
export type YunetOutputs = ReadonlyMap<string, { readonly data: Float32Array }>;

/**
 * Faces of all cells whose score reaches `minimumScore`, before suppression. The score is the
 * geometric mean of class and objectness; box and keypoints are in strides from the cell's corner.
 * Throws where an output is missing: then the file isn't a YuNet.
 */
export function decodeYunet(options: {
  outputs: YunetOutputs;
  width: number;
  minimumScore: number;
}): NetworkFace[] {
  return strides.flatMap((stride) => decodeLevel({ ...options, stride }));
}

function decodeLevel(options: {
  outputs: YunetOutputs;
  width: number;
  minimumScore: number;
  stride: number;
}): NetworkFace[] {
  const { outputs, minimumScore, stride } = options;
  const classes = outputOf(outputs, `cls_${stride}`);
  const objects = outputOf(outputs, `obj_${stride}`);
  const boxes = outputOf(outputs, `bbox_${stride}`);
  const keypoints = outputOf(outputs, `kps_${stride}`);
  const columns = options.width / stride;
  const faces: NetworkFace[] = [];
  for (let cell = 0; cell < classes.length; cell += 1) {
    const score = Math.sqrt(clampToUnit(classes[cell]!) * clampToUnit(objects[cell]!));
    if (score < minimumScore) continue;
    const column = cell % columns;
    const row = Math.floor(cell / columns);
    const [x = 0, y = 0, width = 0, height = 0] = boxes.subarray(cell * 4, cell * 4 + 4);
    const [ax = 0, ay = 0, bx = 0, by = 0] = keypoints.subarray(cell * 10, cell * 10 + 4);
    faces.push({
      score,
      center: { x: (column + x) * stride, y: (row + y) * stride },
      width: Math.exp(width) * stride,
      height: Math.exp(height) * stride,
      eyes: [
        { x: (column + ax) * stride, y: (row + ay) * stride },
        { x: (column + bx) * stride, y: (row + by) * stride },
      ],
    });
  }
  return faces;
}

function outputOf(outputs: YunetOutputs, name: string): Float32Array {
  const output = outputs.get(name);
  if (output === undefined) throw new Error(`the output ${name} is missing`);
  return output.data;
}

function clampToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
