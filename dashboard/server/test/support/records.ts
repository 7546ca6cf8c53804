import {
  encodeLogged,
  schemaVersion,
  type Emotion,
  type GapRecord,
  type PresenceRecord,
  type SampleRecord,
  type StatusMessage,
} from '@emotion-fleet/contracts';

export const testRunId = '0b0e5c1e-0000-4000-8000-000000000001';

function head(observedAt: number, seq: number) {
  return { runId: testRunId, seq, observedAt, clock: 'ntp' as const, modelId: 'm' };
}

export function sampleRecord(options: {
  readonly observedAt: number;
  readonly seq?: number;
  readonly trackId?: string;
  readonly x?: number;
  readonly emotion?: Emotion;
}): SampleRecord {
  const { observedAt, seq = 0, trackId = 'track1', x = 100, emotion = 'happy' } = options;
  return {
    ...head(observedAt, seq),
    schema: schemaVersion,
    kind: 'sample',
    trackId,
    sampleIndex: 0,
    durationMs: 1_000,
    frame: { width: 1_000, height: 500 },
    face: { x, y: 200, width: 100, height: 100 },
    detectionScore: 0.9,
    emotion,
    scores: { happy: 0.7, sad: 0.1, neutral: 0.1, other: 0.1 },
  };
}

export function presenceRecord(options: {
  readonly startedAt: number;
  readonly seq?: number;
  readonly cameraState?: PresenceRecord['cameraState'];
}): PresenceRecord {
  const { startedAt, seq = 0, cameraState = 'ok' } = options;
  return {
    ...head(startedAt + 59_999, seq),
    schema: schemaVersion,
    kind: 'presence',
    startedAt,
    analysedMs: 59_000,
    frames: { seen: 10, gated: 4, analysed: 5, dropped: 1 },
    cameraState,
    faceHeights: [0, 0, 0, 0, 0, 0, 0, 0, 0],
    runs: [{ runId: testRunId, headSeq: seq + 1, ackedBelow: seq }],
  };
}

export function gapRecord(options: {
  readonly observedAt: number;
  readonly fromAt?: number;
  readonly toAt?: number;
  readonly seq?: number;
}): GapRecord {
  const { observedAt, fromAt, toAt, seq = 0 } = options;
  return {
    ...head(observedAt, seq),
    schema: schemaVersion,
    kind: 'gap',
    ofRunId: testRunId,
    fromSeq: 5,
    toSeq: 9,
    ...(fromAt !== undefined && { fromAt }),
    ...(toAt !== undefined && { toAt }),
    reason: 'outbox_full',
  };
}

/** An entry of `face-emotions`. */
export function loggedEntry(deviceId: string, record: SampleRecord | PresenceRecord) {
  return {
    key: deviceId,
    value: encodeLogged({ deviceId, receivedAt: record.observedAt, record }),
  };
}

export function statusMessage(state: StatusMessage['state'], connectSeq: number): StatusMessage {
  return {
    schema: schemaVersion,
    state,
    connectSeq,
    runId: testRunId,
    agentVersion: '0.1.0',
    modelId: 'm',
  };
}

/** An entry of `device-status`. */
export function statusEntry(options: {
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly state: StatusMessage['state'];
  readonly connectSeq: number;
}) {
  const { deviceId, receivedAt, state, connectSeq } = options;
  const message = statusMessage(state, connectSeq);
  return {
    key: deviceId,
    value: new TextEncoder().encode(JSON.stringify({ deviceId, receivedAt, message })),
  };
}
