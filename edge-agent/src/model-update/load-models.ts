import { setTimeout as delay } from 'node:timers/promises';
import type { DeviceSettings } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import { fetchModel, ModelError } from '../../models/index.ts';
import { retrySchedule } from '../capture/retry-schedule.ts';
import { ConfigRefused } from '../remote-config/errors.ts';
import { wantedModels, type WantedModel } from './wanted-models.ts';

export interface LoadModelsOptions {
  readonly settings: DeviceSettings;
  readonly folder: string;
  /** Ends the load; it rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly fetch?: typeof fetchModel;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly random?: () => number;
}

/** With the waits between them two to four minutes: longer than a router takes to restart. */
const attempts = 8;

/**
 * Loads the files that a configuration needs and that aren't there. What broke off goes on with the next attempt.
 *
 * @throws ConfigRefused `model_unreachable` after several attempts, `model_mismatch` at once
 */
export async function loadModels(options: LoadModelsOptions): Promise<void> {
  for (const model of wantedModels(options.settings)) await loadModel(model, options);
}

async function loadModel(model: WantedModel, options: LoadModelsOptions): Promise<void> {
  const { folder: directory, signal, logger, fetch = fetchModel, random = Math.random } = options;
  const { sleep = (ms: number) => delay(ms, undefined, { signal }) } = options;
  const waits = retrySchedule({ firstMs: 5_000, mostMs: 60_000, random });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { state } = await fetch({ model, url: model.url, directory, signal });
      logger.info({ file: model.file, state }, 'model file is there');
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      if (error.code !== 'model_unreachable') throw refusalOf(error);
      if (attempt === attempts) throw refusalOf(error, ` (${attempts} attempts)`);
      const waitMs = Math.round(waits.next().value);
      logger.warn({ file: model.file, reason: error.message, waitMs }, 'model file not loaded yet');
      await sleep(waitMs, signal);
    }
  }
}

function refusalOf(error: ModelError, more = ''): ConfigRefused {
  const isAnother = error.code === 'model_sha256_mismatch' || error.code === 'model_lfs_pointer';
  const code = isAnother ? 'model_mismatch' : 'model_unreachable';
  return new ConfigRefused(code, `${error.message}${more}`, { cause: error });
}
