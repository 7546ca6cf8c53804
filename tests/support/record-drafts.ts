import { faceHeightBinEdgesPx } from '@emotion-fleet/contracts';
import type { RecordDraft, VisitDraft } from '@emotion-fleet/edge-agent/device';

export interface DraftOptions {
  /** From 0 to 1. */
  readonly random: () => number;
  /** Monotonic ms of the first record. */
  readonly startsAtMs: number;
  /** After each minute the camera is paused for this long, so that few records spread over many hours. */
  readonly idleMs?: number;
}

const modelId = 'simulated-detector+simulated-classifier';
const frame = { width: 640, height: 480 };
const stepMs = 1_000;

interface Track {
  readonly trackId: string;
  readonly startedAtMs: number;
  readonly endsAtMs: number;
  sampleIndex: number;
}

/** Records of a camera before which people come and go: a sample a second of each, a visit, a presence a minute. */
export function* recordDrafts(options: DraftOptions): Generator<RecordDraft, never> {
  const { random, startsAtMs, idleMs = 0 } = options;
  let tracks: Track[] = [];
  let minuteStartedAtMs = startsAtMs;
  for (let nowMs = startsAtMs; ; nowMs += stepMs) {
    if (tracks.length < 4 && random() < 0.3) tracks.push(newTrack(random, nowMs));
    for (const track of tracks) yield sample(track, random, nowMs);
    for (const { trackId, startedAtMs } of tracks.filter(({ endsAtMs }) => endsAtMs <= nowMs)) {
      yield visit({ trackId, startedAtMs, observedAtMs: nowMs, random });
    }
    tracks = tracks.filter(({ endsAtMs }) => endsAtMs > nowMs);
    if (nowMs - minuteStartedAtMs < 59_000) continue;
    yield presence(minuteStartedAtMs, nowMs);
    nowMs += idleMs;
    minuteStartedAtMs = nowMs;
  }
}

function newTrack(random: () => number, nowMs: number): Track {
  const trackId = Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');
  return {
    trackId,
    startedAtMs: nowMs,
    endsAtMs: nowMs + 2_000 + random() * 20_000,
    sampleIndex: 0,
  };
}

function scoresOf(random: () => number) {
  const weights = [random(), random() / 4, random() / 2, random() / 4];
  const sum = weights.reduce((a, b) => a + b, 0);
  const [happy = 0, sad = 0, neutral = 0] = weights.map((w) => Math.round((w / sum) * 1e4) / 1e4);
  return {
    happy,
    sad,
    neutral,
    other: Math.max(0, Math.round((1 - happy - sad - neutral) * 1e4) / 1e4),
  };
}

function sample(track: Track, random: () => number, observedAtMs: number): RecordDraft {
  const height = Math.round(40 + random() * 100);
  return {
    kind: 'sample',
    observedAtMs,
    modelId,
    trackId: track.trackId,
    sampleIndex: track.sampleIndex++,
    durationMs: stepMs,
    frame,
    face: {
      x: Math.floor(random() * 500),
      y: Math.floor(random() * 300),
      width: height * 0.75,
      height,
    },
    detectionScore: 0.9,
    emotion: 'happy',
    scores: scoresOf(random),
  };
}

function visit(of: {
  trackId: string;
  startedAtMs: number;
  observedAtMs: number;
  random: () => number;
}): VisitDraft {
  const { trackId, startedAtMs, observedAtMs, random } = of;
  return {
    kind: 'visit',
    observedAtMs,
    startedAtMs,
    modelId,
    trackId,
    readableMs: Math.round(observedAtMs - startedAtMs),
    scores: scoresOf(random),
    largestFaceHeightPx: 90,
  };
}

function presence(startedAtMs: number, observedAtMs: number): RecordDraft {
  return {
    kind: 'presence',
    observedAtMs,
    startedAtMs,
    modelId,
    analysedMs: Math.round(observedAtMs - startedAtMs),
    frames: { seen: 300, gated: 100, analysed: 198, dropped: 2 },
    cameraState: 'ok',
    faceHeights: new Array<number>(faceHeightBinEdgesPx.length + 1).fill(0),
  };
}
