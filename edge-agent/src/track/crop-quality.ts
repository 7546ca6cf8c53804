import type { Box, Frame } from '../ports.ts';

/** Points across and down at which sharpness is measured. */
const grid = 24;

/**
 * How much a crop can tell, in arbitrary units: its height times its sharpness (mean step between
 * neighbouring pixels, which blur takes away). Only good for comparing crops of one face.
 */
export function cropQuality({ frame, box }: { frame: Frame; box: Box }): number {
  const { width, height, data } = frame;
  let steps = 0;
  for (let row = 0; row < grid; row += 1) {
    const y = clampIndex(box.y + ((row + 0.5) / grid) * box.height, height);
    for (let column = 0; column < grid; column += 1) {
      const x = clampIndex(box.x + ((column + 0.5) / grid) * box.width, width);
      const here = data[y * width + x]!;
      steps +=
        Math.abs(data[y * width + x + 1]! - here) + Math.abs(data[(y + 1) * width + x]! - here);
    }
  }
  return (box.height * steps) / (grid * grid);
}

/** Leaves room for the neighbour to the right and below. */
function clampIndex(position: number, size: number): number {
  return Math.max(0, Math.min(size - 2, Math.floor(position)));
}
