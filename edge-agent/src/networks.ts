import type { Logger } from '@emotion-fleet/service';
import type { AgentConfig } from './config.ts';
import {
  createDetector,
  createEmotionClassifier,
  type InstalledModels,
  type SessionOpener,
} from './inference/index.ts';
import type { EmotionClassifier, FaceDetector } from './ports.ts';
import { choosePrecisions, type PrecisionChoice } from './precision-choice.ts';
import type { RunSettings } from './remote-config/run-settings.ts';

export interface NetworksOptions {
  readonly config: AgentConfig;
  readonly settings: Pick<RunSettings, 'detector' | 'classifier' | 'emotionThresholds'>;
  readonly models: InstalledModels;
  /** Closes with its thread; nobody else closes the networks where opening one of them fails. */
  readonly openSession: SessionOpener;
  readonly logger: Logger;
}

export interface Networks {
  readonly detector: FaceDetector;
  readonly classifier: EmotionClassifier;
  /** Of the detector, where it is one of ours. */
  readonly precision: PrecisionChoice['detector'];
}

/**
 * The detector and classifier of a configuration, started: their names, which every record carries, are certain only
 * once their files are open.
 *
 * @throws OperatorError or ModelError where a setting or a file can't be used
 */
export async function openNetworks(options: NetworksOptions): Promise<Networks> {
  const { config, settings, models, openSession, logger } = options;
  const { precision: wanted, backend, dataDirectory: folder } = config;
  const size = 'size' in settings.detector ? settings.detector.size : '320x256';
  const precisions = await choosePrecisions({
    ...{ wanted, backend, openSession, models, size, folder, logger },
  });
  const detector = createDetector({
    ...{ models, openSession, precision: precisions.detector, ...settings.detector },
  });
  const classifier = createEmotionClassifier({
    ...{ models, openSession, precision: precisions.classifier },
    choice: settings.classifier,
    thresholds: settings.emotionThresholds,
  });
  await Promise.all([detector.start(), classifier.start()]);
  return { detector, classifier, precision: precisions.detector };
}
