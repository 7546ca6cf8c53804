import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@emotion-fleet/service';
import type { InstalledModels, Precision } from '../models/index.ts';
import { timeModels, type DetectorSize } from './inference/index.ts';

export interface PrecisionChoiceOptions {
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
 * Chooses the faster precision of each model on this machine: int8 wins on some processors and loses on
 * others. Timed once and kept, so that a device's records don't change their model from start to start.
 */
export async function choosePrecisions(options: PrecisionChoiceOptions): Promise<PrecisionChoice> {
  const { models, size, folder, logger, time = timeModels } = options;
  const file = path.join(folder, `precision-${size}.json`);
  const kept = await readChoice(file);
  if (kept !== undefined) return kept;
  const { detector, classifier } = await time({ models, size });
  logger.info({ detector, classifier }, 'precisions chosen');
  const choice = { detector: detector.fastest, classifier: classifier.fastest };
  await mkdir(folder, { recursive: true });
  await writeFile(file, JSON.stringify(choice));
  return choice;
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
