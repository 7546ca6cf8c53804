import type {
  GapRecord,
  PresenceRecord,
  SampleRecord,
  VisitRecord,
} from '@emotion-fleet/contracts';

export const runId = '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d';
export const otherRunId = '9c858901-8a57-4791-81fe-4c455b099bc9';
/** Monday, 10:00 UTC. */
export const startAt = Date.UTC(2026, 5, 1, 10);

const common = {
  schema: 1,
  runId,
  seq: 0,
  observedAt: startAt,
  clock: 'ntp',
  modelId: 'm',
} as const;

export function sample(given: Partial<SampleRecord> = {}): SampleRecord {
  return {
    ...common,
    kind: 'sample',
    trackId: 'abcd1234',
    sampleIndex: 0,
    durationMs: 1_000,
    frame: { width: 640, height: 360 },
    face: { x: 100, y: 100, width: 50, height: 60 },
    detectionScore: 0.9,
    emotion: 'happy',
    scores: { happy: 0.7, sad: 0.1, neutral: 0.1, other: 0.1 },
    ...given,
  };
}

export function visit(given: Partial<VisitRecord> = {}): VisitRecord {
  const observedAt = given.observedAt ?? startAt;
  return {
    ...common,
    kind: 'visit',
    trackId: 'abcd1234',
    startedAt: observedAt - 5_000,
    endedAt: observedAt,
    readableMs: 4_000,
    scores: { happy: 0.7, sad: 0.1, neutral: 0.1, other: 0.1 },
    largestFaceHeightPx: 80,
    ...given,
  };
}

export function presence(given: Partial<PresenceRecord> = {}): PresenceRecord {
  const observedAt = given.observedAt ?? startAt;
  return {
    ...common,
    kind: 'presence',
    startedAt: observedAt - 60_000,
    analysedMs: 58_000,
    frames: { seen: 300, gated: 100, analysed: 190, dropped: 10 },
    cameraState: 'ok',
    faceHeights: [0, 0, 1, 2, 3, 0, 0, 0, 0],
    runs: [{ runId, headSeq: 1, ackedBelow: 0 }],
    ...given,
  };
}

export function gap(given: Partial<GapRecord> = {}): GapRecord {
  return {
    ...common,
    kind: 'gap',
    ofRunId: otherRunId,
    fromSeq: 10,
    toSeq: 25,
    reason: 'outbox_full',
    ...given,
  };
}
