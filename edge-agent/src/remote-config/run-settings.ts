import type {
  ClassifierModel,
  DesiredConfig,
  DetectorModel,
  DeviceSettings,
  EmotionThresholds,
  ExclusionZone,
} from '@emotion-fleet/contracts';
import {
  parseClassifier,
  parseDetector,
  type AgentConfig,
  type ClassifierChoice,
  type DetectorChoice,
} from '../config.ts';
import { wantedModelPath } from '../model-update/wanted-models.ts';

/** What a run is composed with, whoever set it. */
export interface RunSettings {
  /** Of the desired configuration; 0 where the device runs as it is set itself. */
  readonly version: number;
  readonly sampleIntervalMs: number;
  readonly analysisFps: number;
  readonly maxVisitMs: number;
  readonly exclusionZones: readonly ExclusionZone[];
  /** Instead of those on the model's card. */
  readonly emotionThresholds?: EmotionThresholds;
  readonly detector: DetectorChoice;
  readonly classifier: ClassifierChoice;
}

/** The desired settings over the device's own; what isn't desired stays as the device is set. */
export function runSettingsOf(options: {
  config: AgentConfig;
  desired: DesiredConfig | undefined;
  modelFolder: string;
}): RunSettings {
  const { config, desired, modelFolder } = options;
  const settings: DeviceSettings = desired?.settings ?? {};
  const { detector, classifier, emotionThresholds } = settings;
  const {
    sampleIntervalMs = config.sampleIntervalMs,
    analysisFps = config.analysisFps,
    maxVisitMs = config.maxVisitMs,
    exclusionZones = config.exclusionZones,
  } = settings;
  return {
    version: desired?.version ?? 0,
    ...{ sampleIntervalMs, analysisFps, maxVisitMs, exclusionZones },
    ...(emotionThresholds !== undefined && { emotionThresholds }),
    detector:
      detector === undefined
        ? parseDetector(config.detector)
        : detectorChoice(detector, modelFolder),
    classifier:
      classifier === undefined
        ? parseClassifier(config.classifier)
        : classifierChoice(classifier, modelFolder),
  };
}

function detectorChoice(model: DetectorModel, folder: string): DetectorChoice {
  if (model.kind === 'blazeface') return { size: model.input };
  return { yunetPath: wantedModelPath({ model, folder }) };
}

function classifierChoice(model: ClassifierModel, folder: string): ClassifierChoice {
  switch (model.kind) {
    case 'fast':
    case 'accurate':
      return { kind: model.kind };
    case 'mobilefacenet':
      return { kind: 'mobilefacenet', path: wantedModelPath({ model, folder }) };
    case 'xception': {
      const { kind, id, temperature, thresholds } = model;
      return { kind, id, path: wantedModelPath({ model, folder }), temperature, thresholds };
    }
  }
}
