import { isDeepStrictEqual } from 'node:util';
import type { DesiredConfig } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import type { AgentConfig } from '../config.ts';
import { backendOf, ensureModels, InferenceThread, ModelError } from '../inference/index.ts';
import { openNetworks } from '../networks.ts';
import { ConfigRefused } from '../remote-config/errors.ts';
import type { ModelTrial } from '../remote-config/config-ports.ts';
import type { RunSettings } from '../remote-config/run-settings.ts';
import { loadModels } from './load-models.ts';
import { areModelsReady, modelFolderOf, tidyModels } from './model-files.ts';
import { readReferencePictures } from './reference-pictures.ts';
import { refusedIfEndless, tryNetworks } from './try-networks.ts';

export { modelFolderOf };

export interface ModelTrialOptions {
  readonly config: AgentConfig;
  readonly settingsOf: (desired: DesiredConfig | undefined) => RunSettings;
  readonly logger: Logger;
}

/** Loads the models that a configuration wants, and tries them in a thread of their own. */
export function createModelTrial(options: ModelTrialOptions): ModelTrial {
  const { config, settingsOf, logger } = options;
  const folder = modelFolderOf(config);
  return {
    isReady: (settings) => areModelsReady(settings, folder),
    load: (settings, signal) => loadModels({ settings, folder, signal, logger }),
    tryOut: async ({ desired, running, signal }) => {
      const [candidate, current] = [settingsOf(desired), settingsOf(running)];
      if (!hasOtherModels(candidate, current)) return;
      const thread = new InferenceThread({ backend: backendOf(config.backend), logger });
      await thread.start();
      try {
        await tryInThread({ ...options, candidate, current, thread, signal });
      } finally {
        await thread.stop();
      }
    },
    tidy: (kept) => tidyModels(kept, folder),
  };
}

function hasOtherModels(a: RunSettings, b: RunSettings): boolean {
  return !isDeepStrictEqual([a.detector, a.classifier], [b.detector, b.classifier]);
}

async function tryInThread(options: {
  config: AgentConfig;
  candidate: RunSettings;
  current: RunSettings;
  thread: InferenceThread;
  signal: AbortSignal;
  logger: Logger;
}): Promise<void> {
  const { config, candidate, current, thread, signal, logger } = options;
  const models = await ensureModels({ cacheDirectory: config.modelCache });
  const common = { config, models, openSession: thread.openSession, logger };
  const opening = openNetworks({ ...common, settings: candidate }).catch(refuseFile);
  const networks = {
    candidate: await refusedIfEndless(opening, 'Opening its networks takes'),
    current: await openNetworks({ ...common, settings: current }),
  };
  const pictures = await readReferencePictures();
  const intervalMs = 1_000 / candidate.analysisFps;
  const times = await tryNetworks({ ...networks, pictures, intervalMs, signal });
  const { version } = candidate;
  logger.info({ version, ...times }, 'the models are right on the reference pictures');
}

/** A file that is what was wanted, and no network of the kind that was said. */
function refuseFile(error: unknown): never {
  const isFile =
    error instanceof ModelError &&
    (error.code === 'model_shape_unexpected' || error.code === 'model_unsupported_operation');
  if (!isFile) throw error;
  throw new ConfigRefused('model_mismatch', error.message, { cause: error });
}
