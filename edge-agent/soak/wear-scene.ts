import { faceHeightBinEdgesPx } from '@emotion-fleet/contracts';
import type { FileOutbox } from '../src/outbox/file-outbox.ts';
import type { PresenceDraft, SampleDraft, VisitDraft } from '../src/ports.ts';
import type { WriteBudget } from '../src/wear/write-budget.ts';

export interface Scene {
  readonly name: string;
  readonly tracks: number;
  readonly framesPerSecond: number;
  /** 0 = each analysed frame. */
  readonly sampleIntervalMs: number;
}

export const modelId = 'blazeface-back-320x256-int8+big-xception-int8';
const visitMs = 15_000;
const flushIntervalMs = 200;
const limits = { maxRecords: 200, maxBytes: 128 * 1024 };
export const offset = { offsetMs: 1_790_000_000_000, clock: 'ntp' } as const;

/** Fills an outbox, in time of its own, with what a camera sees of a scene, and has the cloud ack it at once. */
export async function film(options: {
  readonly scene: Scene;
  readonly durationMs: number;
  readonly outbox: FileOutbox;
  readonly time: { nowMs: number };
  readonly budget: WriteBudget;
}): Promise<{ flushes: number; sampleStretch: number }> {
  const { scene, durationMs, outbox, time, budget } = options;
  const { tracks, framesPerSecond, sampleIntervalMs } = scene;
  const frameMs = 1_000 / framesPerSecond;
  const endMs = time.nowMs + durationMs;
  // Out of step: the samples of several tracks lie in different group intervals.
  const dueMs = Array.from({ length: tracks }, (_, track) => time.nowMs + track * frameMs);
  let [flushes, flushedMs, presenceMs, waiting] = [0, time.nowMs, time.nowMs, 0];
  for (let index = 0; time.nowMs < endMs; index += 1) {
    time.nowMs += frameMs;
    for (const [track, atMs] of dueMs.entries()) {
      if (time.nowMs < atMs) continue;
      waiting += 1;
      outbox.append(sample(time.nowMs, String(track).padStart(16, '0'), index));
      const stretch = budget.sampleStretch;
      const base = stretch > 1 ? Math.max(sampleIntervalMs, frameMs) : sampleIntervalMs;
      dueMs[track] = time.nowMs + base * stretch;
    }
    if (tracks > 0 && index % Math.ceil(visitMs / tracks / frameMs) === 0) {
      waiting += 1;
      outbox.append(visit(time.nowMs));
    }
    if (time.nowMs - presenceMs >= 60_000) {
      waiting += 1;
      presenceMs = time.nowMs;
      outbox.append(presence(time.nowMs));
    }
    if (time.nowMs - flushedMs < flushIntervalMs * budget.flushStretch - 1) continue;
    flushedMs = time.nowMs;
    if (waiting > 0) flushes += 1;
    waiting = 0;
    await outbox.flush();
    for (;;) {
      const batch = await outbox.take(limits);
      if (batch === undefined) break;
      outbox.ack(batch);
    }
  }
  return { flushes, sampleStretch: budget.sampleStretch };
}

function sample(observedAtMs: number, trackId: string, sampleIndex: number): SampleDraft {
  return {
    ...{ kind: 'sample', modelId, observedAtMs, trackId, sampleIndex, durationMs: 1_000 },
    frame: { width: 1_280, height: 720 },
    face: { x: 612.3, y: 204.7, width: 142.6, height: 171.2 },
    ...{ detectionScore: 0.9731, emotion: 'uncertain', uncertainReason: 'low_confidence' },
    scores: { happy: 0.4213, sad: 0.1178, neutral: 0.3321, other: 0.1288 },
  };
}

function visit(observedAtMs: number): VisitDraft {
  return {
    ...{ kind: 'visit', modelId, observedAtMs, startedAtMs: observedAtMs - visitMs },
    ...{ trackId: '0123456789abcdef', readableMs: 12_345, largestFaceHeightPx: 171.2 },
    scores: { happy: 0.4213, sad: 0.1178, neutral: 0.3321, other: 0.1288 },
  };
}

function presence(observedAtMs: number): PresenceDraft {
  return {
    ...{ kind: 'presence', modelId, observedAtMs, startedAtMs: observedAtMs - 60_000 },
    ...{ analysedMs: 60_000, cameraState: 'ok' },
    frames: { seen: 900, gated: 300, analysed: 300, dropped: 300 },
    faceHeights: [...faceHeightBinEdgesPx, 0].map(() => 123),
  };
}
