import type { LumaThumbnail } from './luma-thumbnail.ts';

/**
 * A cell has changed when its mean differs by this many luma levels. Sensor noise has a standard
 * deviation of 1.5 to 4 levels a pixel, so of at most 1 in a mean of 16: six of those is no noise. A
 * face that moves by a cell changes the cells at its edge by tens of levels.
 */
const changedLevels = 6;
/** The outline of the smallest face has about eight cells; half of it must change. */
const changedCells = 4;

/**
 * True where something moved between two pictures. What changes everywhere alike (automatic exposure, a
 * lamp) is taken out first: it moves no face.
 */
export function hasMotion({ from, to }: { from: LumaThumbnail; to: LumaThumbnail }): boolean {
  let shift = 0;
  for (let cell = 0; cell < to.length; cell += 1) shift += to[cell]! - from[cell]!;
  shift /= to.length;
  let changed = 0;
  for (let cell = 0; cell < to.length; cell += 1) {
    if (Math.abs(to[cell]! - from[cell]! - shift) >= changedLevels) changed += 1;
  }
  return changed >= changedCells;
}
