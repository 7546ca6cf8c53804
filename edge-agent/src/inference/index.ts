import { ensureModels } from '../../models/index.ts';
import type { BuiltModelId, InstalledModels, ModelCard, Precision } from '../../models/index.ts';
import type { CalibratedClassifier } from '../classify/calibrated-classifier.ts';
import { MobileFaceNetEmotionClassifier } from '../classify/mobilefacenet-emotion-classifier.ts';
import {
  AveragingEmotionClassifier,
  type EmotionNetwork,
} from '../classify/averaging-emotion-classifier.ts';
import type { ClassifierChoice } from '../config.ts';
import { BlazeFaceDetector } from '../detect/blazeface-detector.ts';
import { YunetDetector } from '../detect/yunet-detector.ts';
import type { EmotionClassifier, EmotionThresholds, FaceDetector } from '../ports.ts';
import { openInstalledModel } from './model-loader.ts';
import type { SessionOpener } from './model-session.ts';
import { openOnnxSession } from './onnx-session.ts';
import { ownXception, ownXceptionCard } from './own-xception.ts';
import { timePrecisions } from './precision-timing.ts';
import type { PrecisionTiming } from './precision-timing.ts';

export { ensureModels };
export type { InstalledModels } from '../../models/index.ts';
export { ModelError } from '../../models/index.ts';
export type { PrecisionTiming, SessionOpener };
export { backendOf } from './backend.ts';
export { InferenceThread } from './inference-thread.ts';

/** Input sizes of the built face detector: the default, and one at half its cost for a slow device. */
export type DetectorSize = '320x256' | '256x192';

/** Chooses the face detector: YuNet where its file is given, else BlazeFace. */
export function createDetector(options: {
  models: InstalledModels;
  size?: DetectorSize;
  precision?: Precision;
  yunetPath?: string;
  minimumScore?: number;
  openSession?: SessionOpener;
}): FaceDetector {
  const { models, size = '320x256', precision = 'int8', yunetPath } = options;
  const { minimumScore, openSession } = options;
  const common = { openSession, ...(minimumScore !== undefined && { minimumScore }) };
  if (yunetPath !== undefined) {
    const [width, height] = size.split('x').map(Number);
    return new YunetDetector({ modelPath: yunetPath, width: width!, height: height!, ...common });
  }
  const id: BuiltModelId = `blazeface-back-${size}`;
  return new BlazeFaceDetector({ model: models.get(id, precision), ...common });
}

/** The emotion classifier of a choice; `precision` counts for big-Xception, the other one has but one. */
export function createEmotionClassifier(options: {
  models: InstalledModels;
  precision?: Precision;
  choice?: ClassifierChoice;
  /** Instead of those on the card. */
  thresholds?: EmotionThresholds | undefined;
  openSession?: SessionOpener;
}): CalibratedClassifier {
  const { precision = 'int8', choice = { kind: 'accurate' }, thresholds, openSession } = options;
  const models =
    thresholds === undefined ? options.models : withThresholds(options.models, thresholds);
  if (choice.kind === 'xception') {
    const own = thresholds === undefined ? choice : { ...choice, thresholds };
    const card = ownXceptionCard(own, models.card('big-xception'));
    const networks = [ownXception({ ...choice, openSession })];
    return new AveragingEmotionClassifier({ card, modelId: choice.id, networks });
  }
  if (choice.kind === 'mobilefacenet') {
    const card = models.card('mobilefacenet-2022july');
    return new MobileFaceNetEmotionClassifier({ card, modelPath: choice.path, openSession });
  }
  const big = bigXception(models, precision, openSession);
  if (choice.kind === 'fast') return averaged({ models, id: big.id, precision, networks: [big] });
  const networks = [big, miniXception(models, openSession)];
  return averaged({ models, id: 'xception-pair', precision, networks });
}

/** The cards with these thresholds. */
function withThresholds(models: InstalledModels, thresholds: EmotionThresholds): InstalledModels {
  const card = (id: string): ModelCard => {
    const { calibration, ...rest } = models.card(id);
    return calibration === undefined
      ? rest
      : { ...rest, calibration: { ...calibration, thresholds } };
  };
  return { get: (id, precision) => models.get(id, precision), card };
}

function averaged(options: {
  models: InstalledModels;
  id: string;
  precision: Precision;
  networks: readonly EmotionNetwork[];
}): CalibratedClassifier {
  const { models, id, precision, networks } = options;
  const card = models.card(id);
  return new AveragingEmotionClassifier({ card, modelId: `${id}-${precision}`, networks });
}

export function bigXception(
  models: InstalledModels,
  precision: Precision,
  openSession?: SessionOpener,
): EmotionNetwork {
  const model = models.get('big-xception', precision);
  return { id: 'big-xception', open: () => openInstalledModel(model, openSession) };
}

export function miniXception(models: InstalledModels, openSession?: SessionOpener): EmotionNetwork {
  const model = models.get('mini-xception', 'fp32');
  return { id: 'mini-xception', open: () => openInstalledModel(model, openSession) };
}

/** The models that `timeModels` times. */
function timedModels(size: DetectorSize): { detector: BuiltModelId; classifier: BuiltModelId } {
  return { detector: `blazeface-back-${size}`, classifier: 'big-xception' };
}

/** The checksums of what `timeModels` times: with other files other timings. */
export function timedChecksums(models: InstalledModels, size: DetectorSize): string[] {
  return Object.values(timedModels(size)).flatMap((id) =>
    (['int8', 'fp32'] as const).map((precision) => models.get(id, precision).file.sha256),
  );
}

/**
 * Times int8 against fp32 on this machine, for the detector and the classifier each: about a second.
 * Which one is faster depends on the processor; their accuracy differs by less than a point.
 */
export async function timeModels(options: {
  models: InstalledModels;
  size?: DetectorSize;
  openSession?: SessionOpener;
}): Promise<{ detector: PrecisionTiming; classifier: PrecisionTiming }> {
  const { models, size = '320x256', openSession = openOnnxSession } = options;
  const timingOf = (id: BuiltModelId): Promise<PrecisionTiming> =>
    timePrecisions({ int8: models.get(id, 'int8'), fp32: models.get(id, 'fp32'), openSession });
  const timed = timedModels(size);
  // One after the other, so that they don't take each other's time.
  const detector = await timingOf(timed.detector);
  return { detector, classifier: await timingOf(timed.classifier) };
}

/** The model id of records: detector and classifier. Ask once both were started. */
export function combinedModelId(options: {
  detector: FaceDetector;
  classifier: EmotionClassifier;
}): string {
  return `${options.detector.modelId}+${options.classifier.modelId}`;
}
