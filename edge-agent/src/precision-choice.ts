import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { OperatorError, type Logger } from '@emotion-fleet/service';
import packageJson from '../package.json' with { type: 'json' };
import type { InstalledModels, Precision } from '../models/index.ts';
import {
  timedChecksums,
  timeModels,
  type DetectorSize,
  type SessionOpener,
} from './inference/index.ts';

export interface PrecisionChoiceOptions {
  /** What the operator wants. */
  readonly wanted: Precision | 'auto';
  readonly backend: 'onnx' | 'tfjs';
  readonly openSession: SessionOpener;
  readonly models: InstalledModels;
  readonly size: DetectorSize;
  /** Where the choice is kept. */
  readonly folder: string;
  readonly logger: Logger;
  readonly time?: typeof timeModels;
  /** Version of what runs the networks. */
  readonly runtime?: string;
}

/** What a choice was timed with: the next release's runtime or models may be faster the other way round. */
interface Timed {
  readonly runtime: string;
  readonly sha256: readonly string[];
}

export interface PrecisionChoice {
  readonly detector: Precision;
  readonly classifier: Precision;
}

/**
 * The precision of each model: as wanted, else the faster one on this machine, since int8 wins on some
 * processors and loses on others. Timed once and kept until the runtime or the models are others, so that a
 * device's records don't change their model from start to start.
 *
 * @throws OperatorError `bad_config` where the backend hasn't got it, or the folder can't be written
 */
export async function choosePrecisions(options: PrecisionChoiceOptions): Promise<PrecisionChoice> {
  const { wanted, backend, models, size, folder } = options;
  if (backend === 'tfjs') {
    if (wanted === 'int8') throw floatOnly();
    return { detector: 'fp32', classifier: 'fp32' };
  }
  if (wanted !== 'auto') return { detector: wanted, classifier: wanted };
  const file = path.join(folder, `precision-${size}.json`);
  const { runtime = packageJson.dependencies['onnxruntime-node'] } = options;
  const timed = { runtime, sha256: timedChecksums(models, size) };
  return (await readChoice(file, timed)) ?? timeAndKeep(file, timed, options);
}

async function timeAndKeep(
  file: string,
  timed: Timed,
  options: PrecisionChoiceOptions,
): Promise<PrecisionChoice> {
  const { models, size, openSession, logger, time = timeModels } = options;
  const { detector, classifier } = await time({ models, size, openSession });
  logger.info({ detector, classifier }, 'precisions chosen');
  const choice = { detector: detector.fastest, classifier: classifier.fastest };
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ ...choice, timed }));
  } catch (cause) {
    const message = `The data directory ${path.dirname(file)} is not writable: give the agent write access to it.`;
    throw new OperatorError('bad_config', message, { cause });
  }
  return choice;
}

function floatOnly(): OperatorError {
  return new OperatorError(
    'bad_config',
    'EMOTION_PRECISION=int8 needs EMOTION_BACKEND=onnx: TensorFlow.js runs float models only.',
  );
}

/** A damaged file, or one of other models, is one that isn't there: the models are timed again. */
async function readChoice(file: string, timed: Timed): Promise<PrecisionChoice | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    const kept = value as Partial<Record<keyof PrecisionChoice | 'timed', unknown>>;
    const { detector, classifier } = kept;
    if (!isDeepStrictEqual(kept.timed, timed)) return undefined;
    return isPrecision(detector) && isPrecision(classifier) ? { detector, classifier } : undefined;
  } catch {
    return undefined;
  }
}

function isPrecision(value: unknown): value is Precision {
  return value === 'int8' || value === 'fp32';
}
