import { ConfigRefused } from '../remote-config/errors.ts';
import type { EmotionClassifier, FaceDetector } from '../ports.ts';
import { classifierFault, detectorFault, type FoundFaces, type NamedFace } from './answers.ts';
import type { ReferencePicture } from './reference-pictures.ts';

/** Only those that are to be compared. */
export interface TriedNetworks {
  readonly detector: FaceDetector;
  readonly classifier: EmotionClassifier;
}

export interface TryNetworksOptions {
  readonly candidate: TriedNetworks;
  /** What runs now, in sessions of its own. */
  readonly current: TriedNetworks;
  readonly pictures: readonly ReferencePicture[];
  /** Time between two frames at the rate that is desired. */
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly nowMs?: () => number;
}

/** A rate is stretched where an analysis takes longer than half of its interval (`AdaptiveRate`). */
const busyShare = 0.5;
/** Where that is so already: how much longer counts as longer, on a machine that does other things, too. */
const toleratedFactor = 1.5;
/** Longer than the slowest board takes; a network that is still not done is of no use. */
const trialLimitMs = 120_000;
/** One that doesn't come back at all. Its thread is ended, and where that ends the agent, the next start refuses it. */
const passLimitMs = 60_000;

interface Times {
  readonly candidate: number[];
  readonly current: number[];
}

/**
 * Runs the candidate and what runs now over the reference pictures, alternately, so that whatever else the machine does
 * slows both. Gives the time of a frame of each.
 *
 * @throws ConfigRefused `model_answers` or `model_too_slow`, with the figures
 */
export async function tryNetworks(
  options: TryNetworksOptions,
): Promise<{ frameMs: number; currentFrameMs: number }> {
  const { pictures, intervalMs } = options;
  const watch = stopwatch(options);
  const detections = await tryDetector(options, watch);
  refuseAnswers(detectorFault(detections.faces));
  const classifications = await tryClassifier(options, watch);
  refuseAnswers(classifierFault(classifications.faces));
  const faceCount = pictures.reduce((sum, { faces }) => sum + faces.length, 0);
  // As if each face were classified in each frame: a track is at most each 500 ms.
  const frameTime = (of: keyof Times) =>
    medianOf(detections.times[of]) +
    (faceCount / pictures.length) * medianOf(classifications.times[of]);
  const [frameMs, currentFrameMs] = [frameTime('candidate'), frameTime('current')];
  const limitMs = Math.max(busyShare * intervalMs, toleratedFactor * currentFrameMs);
  if (frameMs > limitMs) {
    const figures = `${milliseconds(frameMs)}, now ${milliseconds(currentFrameMs)}`;
    const message = `A reference picture takes it ${figures}; at most ${milliseconds(limitMs)} are wanted.`;
    throw new ConfigRefused('model_too_slow', message);
  }
  return { frameMs, currentFrameMs };
}

async function tryDetector(
  { candidate, current, pictures }: TryNetworksOptions,
  watch: Stopwatch,
): Promise<{ faces: FoundFaces[]; times: Times }> {
  const times: Times = { candidate: [], current: [] };
  const faces: FoundFaces[] = [];
  for (const { frame, faces: expected } of pictures) {
    const found = await watch(times.candidate, () => candidate.detector.detect(frame));
    await watch(times.current, () => current.detector.detect(frame));
    faces.push({ expected, found });
  }
  return { faces, times };
}

async function tryClassifier(
  { candidate, current, pictures }: TryNetworksOptions,
  watch: Stopwatch,
): Promise<{ faces: NamedFace[]; times: Times }> {
  const times: Times = { candidate: [], current: [] };
  const faces: NamedFace[] = [];
  for (const { frame, faces: expected } of pictures) {
    for (const face of expected) {
      const { emotion } = face;
      if (emotion === null) continue;
      const scores = await watch(times.candidate, () => candidate.classifier.classify(frame, face));
      await watch(times.current, () => current.classifier.classify(frame, face));
      faces.push({ emotion, scores });
    }
  }
  return { faces, times };
}

type Stopwatch = <T>(times: number[], pass: () => Promise<T>) => Promise<T>;

function stopwatch(options: TryNetworksOptions): Stopwatch {
  const { signal, nowMs = () => performance.now() } = options;
  const endMs = nowMs() + trialLimitMs;
  return async (times, pass) => {
    signal.throwIfAborted();
    const startedAtMs = nowMs();
    if (startedAtMs > endMs) throw tooLong('The reference pictures take', trialLimitMs);
    const result = await refusedIfEndless(pass(), 'One look at a reference picture takes');
    times.push(nowMs() - startedAtMs);
    return result;
  };
}

/** A network that opens never, or never answers, holds up the trials that come after it. */
export async function refusedIfEndless<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLong(what, passLimitMs)), passLimitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLong(what: string, limitMs: number): ConfigRefused {
  return new ConfigRefused('model_too_slow', `${what} longer than ${limitMs / 1_000} s.`);
}

function refuseAnswers(fault: string | undefined): void {
  if (fault !== undefined) throw new ConfigRefused('model_answers', fault);
}

/** The first, slow pass of a network doesn't count in a median. */
function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}
