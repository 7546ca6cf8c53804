import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError, type Logger } from '@emotion-fleet/service';
import type { InstalledModels, Precision } from '../models/index.ts';
import { timeModels, type DetectorSize, type SessionOpener } from './inference/index.ts';

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
}

export interface PrecisionChoice {
  readonly detector: Precision;
  readonly classifier: Precision;
}

/**
 * The precision of each model: as wanted, else the faster one on this machine, since int8 wins on some
 * processors and loses on others. Timed once and kept, so that a device's records don't change their
 * model from start to start.
 *
 * @throws OperatorError `bad_config` where the backend hasn't got it, or the folder can't be written
 */
export async function choosePrecisions(options: PrecisionChoiceOptions): Promise<PrecisionChoice> {
  const { wanted, backend, size, folder } = options;
  if (backend === 'tfjs') {
    if (wanted === 'int8') throw floatOnly();
    return { detector: 'fp32', classifier: 'fp32' };
  }
  if (wanted !== 'auto') return { detector: wanted, classifier: wanted };
  const file = path.join(folder, `precision-${size}.json`);
  return (await readChoice(file)) ?? timeAndKeep(file, options);
}

async function timeAndKeep(
  file: string,
  options: PrecisionChoiceOptions,
): Promise<PrecisionChoice> {
  const { models, size, openSession, logger, time = timeModels } = options;
  const { detector, classifier } = await time({ models, size, openSession });
  logger.info({ detector, classifier }, 'precisions chosen');
  const choice = { detector: detector.fastest, classifier: classifier.fastest };
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(choice));
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

/** A damaged file is one that isn't there: the models are timed again. */
async function readChoice(file: string): Promise<PrecisionChoice | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { detector, classifier } = value as Partial<Record<keyof PrecisionChoice, unknown>>;
    return isPrecision(detector) && isPrecision(classifier) ? { detector, classifier } : undefined;
  } catch {
    return undefined;
  }
}

function isPrecision(value: unknown): value is Precision {
  return value === 'int8' || value === 'fp32';
}
