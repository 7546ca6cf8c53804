import type { PresenceDraft, SampleDraft, VisitDraft } from '../../src/ports.ts';

export const modelId = 'test-detector+test-classifier';

export function sampleDraft(observedAtMs: number, sampleIndex = 0): SampleDraft {
  return {
    kind: 'sample',
    observedAtMs,
    modelId,
    trackId: 'abcd1234',
    sampleIndex,
    durationMs: 1000,
    frame: { width: 640, height: 480 },
    face: { x: 10, y: 20, width: 60, height: 80 },
    detectionScore: 0.9312,
    emotion: 'happy',
    scores: { happy: 0.7, sad: 0.1, neutral: 0.1, other: 0.1 },
  };
}

export function visitDraft(observedAtMs: number): VisitDraft {
  return {
    kind: 'visit',
    observedAtMs,
    startedAtMs: observedAtMs - 4321.5,
    modelId,
    trackId: 'abcd1234',
    readableMs: 4000,
    scores: { happy: 0.7, sad: 0.1, neutral: 0.1, other: 0.1 },
    largestFaceHeightPx: 80,
  };
}

export function presenceDraft(observedAtMs: number): PresenceDraft {
  return {
    kind: 'presence',
    observedAtMs,
    startedAtMs: observedAtMs - 60_000,
    modelId,
    analysedMs: 59_000,
    frames: { seen: 300, gated: 120, analysed: 178, dropped: 2 },
    cameraState: 'ok',
    faceHeights: [0, 0, 3, 10, 40, 60, 12, 0, 0],
  };
}
