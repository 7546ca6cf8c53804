import { stat } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import { fetchableModels } from '../models/fetchable-models.ts';
import { ensureModels, type InstalledModels } from '../models/index.ts';
import { emotionComparisons, emotionModels, type EmotionSubject } from './emotion-subjects.ts';
import { detectionModels, evaluateDetection, type DetectionRow } from './evaluate-detection.ts';
import { evaluateEmotion } from './evaluate-emotion.ts';
import type { EmotionRow } from './emotion-row.ts';
import { readLabelledFaces, readLabelledFrames, type LabelledFace } from './labelled-data.ts';
import type { EvaluateOptions } from './options.ts';
import type { EvaluationReport } from './report.ts';

/** Says how far a piece of work is; called often. */
export type Progress = (step: string, done: number, total: number) => void;

export interface EvaluateContext {
  readonly onProgress: Progress;
  /** One sentence about a picture that is left out. */
  readonly onFault: (sentence: string) => void;
}

/**
 * Measures everything that an agent can be set to on the labelled pictures of a folder.
 *
 * @throws OperatorError `no_data` where neither half is there, `bad_data`; ModelError
 */
export async function evaluate(
  options: EvaluateOptions,
  context: EvaluateContext,
): Promise<EvaluationReport> {
  const { onProgress, onFault } = context;
  const frames = await readLabelledFrames(options.data, steps(onProgress, 'reading frames'));
  const faces = await readLabelledFaces(options.data, steps(onProgress, 'reading faces'));
  if (frames === undefined && faces === undefined) {
    throw new OperatorError(
      'no_data',
      `There are no labelled pictures in ${options.data}: it needs detection/frames with detection/boxes.json, or emotion/<class>.`,
    );
  }
  [...(frames?.faults ?? []), ...(faces?.faults ?? [])].forEach(onFault);
  const models = await ensureModels({ cacheDirectory: options.models });
  const files = await findFiles(options);
  const detection: Record<string, DetectionRow> = {};
  for (const subject of frames === undefined ? [] : detectionModels(models, files.yunet)) {
    const onFrame = (done: number, total: number) =>
      onProgress(subject.detector.modelId, done, total);
    const row = await evaluateDetection({ subject, frames: frames!.items, onProgress: onFrame });
    detection[subject.detector.modelId] = row;
  }
  return {
    detection: frames === undefined ? null : detection,
    ...(await evaluateFaces({ faces: faces?.items, models, files, onProgress })),
    leftOut: { detection: frames?.faults.length ?? 0, emotion: faces?.faults.length ?? 0 },
  };
}

async function evaluateFaces(options: {
  faces: readonly LabelledFace[] | undefined;
  models: InstalledModels;
  files: ModelFiles;
  onProgress: Progress;
}): Promise<Pick<EvaluationReport, 'emotion' | 'comparisons'>> {
  const { faces, models, files, onProgress } = options;
  if (faces === undefined) return { emotion: null, comparisons: null };
  const rowsOf = async (subjects: readonly EmotionSubject[]) => {
    const rows: Record<string, EmotionRow> = {};
    for (const subject of subjects) {
      rows[subject.name] = await evaluateEmotion({
        subject,
        faces,
        onProgress: steps(onProgress, subject.name),
      });
    }
    return rows;
  };
  return {
    emotion: await rowsOf(emotionModels(models, files.mobilefacenet)),
    comparisons: await rowsOf(emotionComparisons(models)),
  };
}

type ModelFiles = Partial<Record<'yunet' | 'mobilefacenet', string>>;

/** A file that is named must be there (its adapter says so); one that was fetched is found. */
async function findFiles(options: EvaluateOptions): Promise<ModelFiles> {
  const files: ModelFiles = {};
  for (const { id, file } of fetchableModels) {
    const fetched = path.join(options.models, file);
    const named = options[id];
    if (named !== undefined) files[id] = named;
    else if (await isThere(fetched)) files[id] = fetched;
  }
  return files;
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

function steps(onProgress: Progress, step: string): (done: number, total: number) => void {
  return (done, total) => onProgress(step, done, total);
}
