import { intersectionOverUnion } from '../src/detect/non-max-suppression.ts';
import type { Box, Detection } from '../src/ports.ts';

/** What people labelled in a picture and what a detector found there. */
export interface DetectedFrame {
  readonly truths: readonly Box[];
  readonly detections: readonly Detection[];
}

/** Heights of the faces that count, in pixels: from `from` up to, without, `to`. */
export interface SizeRange {
  readonly from: number;
  readonly to: number;
}

/** A detection that counts: a face of the range was found, or nothing is there. */
interface Verdict {
  readonly score: number;
  readonly isRight: boolean;
}

const minimumOverlap = 0.5;

/**
 * Area under the curve of precision over recall (each precision raised to the best at that recall or
 * above), 0..1, at an intersection over union of 0.5. Faces of other sizes are neither right nor wrong,
 * nor is a detection of another size that finds nothing (the rule of COCO). Null where no face counts.
 */
export function averagePrecision(
  frames: readonly DetectedFrame[],
  range: SizeRange,
): number | null {
  const faceCount = countFaces(frames, range);
  if (faceCount === 0) return null;
  const verdicts = judge(frames, range).toSorted((a, b) => b.score - a.score);
  let found = 0;
  const points = verdicts.map(({ isRight }, index) => {
    if (isRight) found += 1;
    return { recall: found / faceCount, precision: found / (index + 1) };
  });
  let area = 0;
  let best = 0;
  for (let index = points.length - 1; index >= 0; index -= 1) {
    const { recall, precision } = points[index]!;
    best = Math.max(best, precision);
    area += best * (recall - (points[index - 1]?.recall ?? 0));
  }
  return area;
}

/** At a score that the product uses. Null where there is nothing to divide by. */
export function precisionAndRecallAt(
  frames: readonly DetectedFrame[],
  options: { range: SizeRange; minimumScore: number },
): { precision: number | null; recall: number | null } {
  const faceCount = countFaces(frames, options.range);
  const verdicts = judge(frames, options.range).filter(
    ({ score }) => score >= options.minimumScore,
  );
  const found = verdicts.filter(({ isRight }) => isRight).length;
  return {
    precision: verdicts.length === 0 ? null : found / verdicts.length,
    recall: faceCount === 0 ? null : found / faceCount,
  };
}

export function countFaces(frames: readonly DetectedFrame[], range: SizeRange): number {
  return frames.flatMap(({ truths }) => truths).filter((box) => isIn(range, box)).length;
}

function judge(frames: readonly DetectedFrame[], range: SizeRange): Verdict[] {
  return frames.flatMap((frame) => judgeFrame(frame, range));
}

/** Best score first, each detection takes the face that it fits best and that none has taken. */
function judgeFrame({ truths, detections }: DetectedFrame, range: SizeRange): Verdict[] {
  const open = new Set(truths.filter((box) => isIn(range, box)));
  const ignored = truths.filter((box) => !isIn(range, box));
  const verdicts: Verdict[] = [];
  for (const { box, score } of detections.toSorted((a, b) => b.score - a.score)) {
    const face = bestFit(box, open);
    if (face !== undefined) {
      open.delete(face);
      verdicts.push({ score, isRight: true });
    } else if (isIn(range, box) && bestFit(box, ignored) === undefined) {
      verdicts.push({ score, isRight: false });
    }
  }
  return verdicts;
}

function bestFit(box: Box, candidates: Iterable<Box>): Box | undefined {
  let best: Box | undefined;
  let bestOverlap = minimumOverlap;
  for (const candidate of candidates) {
    const overlap = intersectionOverUnion(box, candidate);
    if (overlap < bestOverlap) continue;
    best = candidate;
    bestOverlap = overlap;
  }
  return best;
}

function isIn({ from, to }: SizeRange, { height }: Box): boolean {
  return height >= from && height < to;
}
