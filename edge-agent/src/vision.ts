/** From a picture to faces and emotions, without a camera: what benches drive. */
export { ensureModels } from '../models/index.ts';
export { photoPath, readFrame } from '../models/calibration-photos.ts';
export { loadBackend, type Backend } from './inference/backend.ts';
export {
  createDetector,
  createEmotionClassifier,
  InferenceThread,
  timeModels,
} from './inference/index.ts';
export type { SessionOpener } from './inference/model-session.ts';
export { hasTfjsNode } from './inference/tfjs-backend.ts';
export type { Box, Frame } from './ports.ts';
export { minReadableHeightPx } from './track/track-emotion.ts';
