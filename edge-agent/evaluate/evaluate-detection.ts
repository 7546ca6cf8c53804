import { createDetector, type InstalledModels } from '../src/inference/index.ts';
import type { FaceDetector } from '../src/ports.ts';
import {
  averagePrecision,
  countFaces,
  precisionAndRecallAt,
  type DetectedFrame,
  type SizeRange,
} from './detection-metrics.ts';
import type { LabelledFrame } from './labelled-data.ts';
import { medianOf } from './median.ts';

/** What one detector is worth; shares are 0..1, null where there is nothing to divide by. Sizes are heights in pixels. */
export interface DetectionRow {
  readonly frames: number;
  readonly faces24: number;
  readonly faces48: number;
  /** Average precision at IoU 0.5 of faces of 24 and of 48 pixels and more. */
  readonly ap24: number | null;
  readonly ap48: number | null;
  /** At the score that the product uses, faces of 24 pixels and more. */
  readonly recall: number | null;
  readonly precision: number | null;
  readonly recall48: number | null;
  readonly precision48: number | null;
  readonly apBySize: Readonly<Record<'24-48' | '48-96' | '96-', number | null>>;
  readonly medianMs: number;
}

export interface DetectionSubject {
  readonly detector: FaceDetector;
  readonly minimumScore: number;
}

/** Low enough to draw the whole curve; the product's own score is applied to the results. */
const lowestScore = 0.02;

const atLeast = (from: number): SizeRange => ({ from, to: Infinity });

/** What an agent can be set to; YuNet where its file is given. */
export function detectionModels(models: InstalledModels, yunetPath?: string): DetectionSubject[] {
  const subjects: DetectionSubject[] = [];
  for (const size of ['320x256', '256x192'] as const) {
    for (const precision of ['int8', 'fp32'] as const) {
      subjects.push({
        detector: createDetector({ models, size, precision, minimumScore: lowestScore }),
        minimumScore: models.card(`blazeface-back-${size}`).detection!.minimumScore,
      });
    }
  }
  if (yunetPath !== undefined) {
    subjects.push({
      detector: createDetector({ models, yunetPath, minimumScore: lowestScore }),
      minimumScore: models.card('yunet-2023mar').detection!.minimumScore,
    });
  }
  return subjects;
}

/** Runs a detector, started and stopped here, over all frames. */
export async function evaluateDetection(options: {
  subject: DetectionSubject;
  frames: readonly LabelledFrame[];
  onProgress: (done: number, total: number) => void;
  nowMs?: () => number;
}): Promise<DetectionRow> {
  const { frames, onProgress, nowMs = () => performance.now() } = options;
  const { detector, minimumScore } = options.subject;
  await detector.start();
  try {
    const detected: DetectedFrame[] = [];
    const times: number[] = [];
    for (const { frame, truths } of frames) {
      const startedAtMs = nowMs();
      const detections = await detector.detect(frame);
      times.push(nowMs() - startedAtMs);
      detected.push({ truths, detections });
      onProgress(detected.length, frames.length);
    }
    return { ...detectionRow(detected, minimumScore), medianMs: medianOf(times) };
  } finally {
    await detector.stop();
  }
}

function detectionRow(
  frames: readonly DetectedFrame[],
  minimumScore: number,
): Omit<DetectionRow, 'medianMs'> {
  const from24 = precisionAndRecallAt(frames, { range: atLeast(24), minimumScore });
  const from48 = precisionAndRecallAt(frames, { range: atLeast(48), minimumScore });
  return {
    frames: frames.length,
    faces24: countFaces(frames, atLeast(24)),
    faces48: countFaces(frames, atLeast(48)),
    ap24: averagePrecision(frames, atLeast(24)),
    ap48: averagePrecision(frames, atLeast(48)),
    recall: from24.recall,
    precision: from24.precision,
    recall48: from48.recall,
    precision48: from48.precision,
    apBySize: {
      '24-48': averagePrecision(frames, { from: 24, to: 48 }),
      '48-96': averagePrecision(frames, { from: 48, to: 96 }),
      '96-': averagePrecision(frames, atLeast(96)),
    },
  };
}
