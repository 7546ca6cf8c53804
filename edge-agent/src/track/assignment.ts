import type { Box } from '../ports.ts';
import { centreOf, overlapOf, sizeOf } from './geometry.ts';

/** A face doesn't double its size between two looks. */
const maxSizeRatio = 2;

export interface Candidate {
  /** Where the track is expected. */
  readonly box: Box;
  /** How far from there, in face sizes, it may be found. */
  readonly reach: number;
}

/**
 * Pairs tracks with detections, nearest first. Distance is measured in face sizes: at 7 frames/s a walker
 * moves more than a face width, where overlap alone would begin a new track; overlap decides between
 * neighbours. Greedy: with the few faces of a picture it differs from the optimum only where people cross.
 *
 * @returns for each detection the index of its track, or undefined; no track is given twice
 */
export function assignDetections(options: {
  tracks: readonly Candidate[];
  detections: readonly Box[];
}): (number | undefined)[] {
  const { tracks, detections } = options;
  const pairs = tracks.flatMap((track, trackIndex) =>
    detections.flatMap((box, detectionIndex) => {
      const cost = costOf(track, box);
      return cost === undefined ? [] : [{ cost, trackIndex, detectionIndex }];
    }),
  );
  pairs.sort((a, b) => a.cost - b.cost);
  const assigned = new Array<number | undefined>(detections.length).fill(undefined);
  const taken = new Set<number>();
  for (const { trackIndex, detectionIndex } of pairs) {
    if (taken.has(trackIndex) || assigned[detectionIndex] !== undefined) continue;
    taken.add(trackIndex);
    assigned[detectionIndex] = trackIndex;
  }
  return assigned;
}

/** Undefined where the two can't be the same face. */
function costOf(track: Candidate, box: Box): number | undefined {
  const expectedSize = sizeOf(track.box);
  const size = sizeOf(box);
  const ratio = size / expectedSize;
  if (!(ratio < maxSizeRatio && ratio > 1 / maxSizeRatio)) return undefined;
  const from = centreOf(track.box);
  const to = centreOf(box);
  const distance = Math.hypot(to.x - from.x, to.y - from.y) / ((size + expectedSize) / 2);
  return distance <= track.reach ? distance - overlapOf(track.box, box) : undefined;
}
