import type { DesiredConfig } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import type { AgentConfig } from '../config.ts';
import type { ModelTrial } from '../remote-config/remote-config.ts';
import type { RunSettings } from '../remote-config/run-settings.ts';
import { loadModels } from './load-models.ts';
import { areModelsReady, modelFolderOf, tidyModels } from './model-files.ts';

export { modelFolderOf };

/** Loads and tries the models that a configuration wants. */
export function createModelTrial(options: {
  config: AgentConfig;
  settingsOf: (desired: DesiredConfig | undefined) => RunSettings;
  logger: Logger;
}): ModelTrial {
  const { config, logger } = options;
  const folder = modelFolderOf(config);
  return {
    isReady: (settings) => areModelsReady(settings, folder),
    load: (settings, signal) => loadModels({ settings, folder, signal, logger }),
    tryOut: async () => Promise.resolve(),
    tidy: (kept) => tidyModels(kept, folder),
  };
}
