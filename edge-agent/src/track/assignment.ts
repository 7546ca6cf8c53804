import type { Box } from '../ports.ts';
import { centreOf, sizeOf } from './geometry.ts';
import { leastCostMatching } from './least-cost-matching.ts';
import type { Expectation } from './motion-model.ts';

/** A face doesn't double its size between two looks. */
const maxSizeRatio = 2;
/** Now and then somebody starts, stops or turns sharply: how far off that puts a face, in sizes, and how rare it is. */
const turnDeviation = 0.8;
const turnCost = 6;
/** However little is known of a face: farther than this, in face sizes, is another one. */
const maxDistance = 4;
/** What it costs to leave a detection to a new track: pairs that are less likely than that are none. */
const newTrackCost = 10;
/** No pair at all; finite, for the matching. */
const noPair = 1e6;

/**
 * Pairs tracks with detections so that all pairs together are the likeliest. The cost of a pair is -2 log likelihood:
 * the distance in standard deviations squared, how vague the expectation is (so that a track that knows where its face
 * is goes before one that could be anywhere), and how the sizes agree. In face sizes: at 5 frames/s a walker moves 1.5
 * of them, where overlap would begin a new track. Squares make two who walk side by side two parallel moves.
 *
 * @returns for each detection the index of its track, or undefined; no track is given twice
 */
export function assignDetections(options: {
  tracks: readonly Expectation[];
  detections: readonly Box[];
}): (number | undefined)[] {
  const { tracks, detections } = options;
  const costs = detections.map((box) => [
    ...tracks.map((track) => costOf(track, box)),
    ...detections.map(() => newTrackCost),
  ]);
  return leastCostMatching(costs).map((column) => (column < tracks.length ? column : undefined));
}

function costOf({ box: expected, variance, sizeDeviation }: Expectation, box: Box): number {
  const expectedSize = sizeOf(expected);
  const size = sizeOf(box);
  const ratio = size / expectedSize;
  if (!(ratio < maxSizeRatio && ratio > 1 / maxSizeRatio)) return noPair;
  const from = centreOf(expected);
  const to = centreOf(box);
  const meanSize = (size + expectedSize) / 2;
  const distanceSquared = (to.x - from.x) ** 2 + (to.y - from.y) ** 2;
  if (distanceSquared > (maxDistance * meanSize) ** 2) return noPair;
  const likelihoodCost = (spread: number) =>
    distanceSquared / spread + 2 * Math.log(spread / size ** 2);
  const turned = variance + (turnDeviation * meanSize) ** 2;
  return (
    Math.min(likelihoodCost(variance), likelihoodCost(turned) + turnCost) +
    (Math.log(ratio) / sizeDeviation) ** 2
  );
}
