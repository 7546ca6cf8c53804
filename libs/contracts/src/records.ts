import { Type, type Static } from 'typebox';
import { emotions, Scores } from './emotions.ts';
import { faceHeightBinEdgesPx, maxBatchRecords, schemaVersion } from './limits.ts';

/** Milliseconds since 1970-01-01T00:00Z. The range keeps years 2020 to 2199, so that units can't be mixed up. */
export const EpochMs = Type.Integer({ minimum: 1_577_836_800_000, maximum: 7_258_118_399_999 });

const Uuid = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
});
/** Sequence number of a record within its run: from 0, without holes. */
export const Seq = Type.Integer({ minimum: 0, maximum: 2 ** 48 });
const Count = Type.Integer({ minimum: 0, maximum: 1_000_000_000 });
const DurationMs = Type.Integer({ minimum: 0, maximum: 7 * 24 * 3_600_000 });
const PixelSize = Type.Integer({ minimum: 1, maximum: 16_384 });
/** Random per run, so that nobody can be followed from one run or camera to another. */
const TrackId = Type.String({ pattern: '^[0-9a-z]{4,24}$' });

export const clockSources = ['ntp', 'gateway'] as const;
export const cameraStates = ['ok', 'covered', 'dark', 'frozen', 'lost', 'paused'] as const;
export const gapReasons = ['outbox_full', 'too_old', 'clock_unknown', 'corrupt'] as const;
export const uncertainReasons = ['too_small', 'low_confidence', 'not_classified'] as const;

export type ClockSource = (typeof clockSources)[number];
export type CameraState = (typeof cameraStates)[number];
export type GapReason = (typeof gapReasons)[number];
export type UncertainReason = (typeof uncertainReasons)[number];

function common<const K extends string>(kind: K) {
  return {
    schema: Type.Literal(schemaVersion),
    kind: Type.Literal(kind),
    /** Random at each start of the agent. */
    runId: Uuid,
    seq: Seq,
    observedAt: EpochMs,
    /** Where the run's clock offset came from. */
    clock: Type.Enum(clockSources),
    /** Detector and classifier, for example `blazeface-back-320x256-int8+big-xception-int8`. */
    modelId: Type.String({ minLength: 1, maxLength: 120 }),
  };
}
const closed = { additionalProperties: false };

/** One look at a confirmed track; stands for `durationMs` of face-time. */
export const SampleRecord = Type.Object(
  {
    ...common('sample'),
    trackId: TrackId,
    sampleIndex: Count,
    durationMs: DurationMs,
    frame: Type.Object({ width: PixelSize, height: PixelSize }, closed),
    /** Full-face box in frame pixels, clipped to the frame. */
    face: Type.Object(
      {
        x: Type.Number({ minimum: 0, maximum: 16_384 }),
        y: Type.Number({ minimum: 0, maximum: 16_384 }),
        width: Type.Number({ exclusiveMinimum: 0, maximum: 16_384 }),
        height: Type.Number({ exclusiveMinimum: 0, maximum: 16_384 }),
      },
      closed,
    ),
    detectionScore: Type.Number({ minimum: 0, maximum: 1 }),
    emotion: Type.Enum(emotions),
    /** Absent where the face was not classified. */
    scores: Type.Optional(Scores),
    /** Present exactly where `emotion` is `uncertain`. */
    uncertainReason: Type.Optional(Type.Enum(uncertainReasons)),
  },
  closed,
);

/** A confirmed track has ended; counts in the minute of `startedAt`. */
export const VisitRecord = Type.Object(
  {
    ...common('visit'),
    trackId: TrackId,
    startedAt: EpochMs,
    /** Equal to `observedAt`. */
    endedAt: EpochMs,
    /** Time with scores. */
    readableMs: DurationMs,
    /** Mean of the visit's scores weighted by time; absent where `readableMs` is 0. */
    scores: Type.Optional(Scores),
    largestFaceHeightPx: Type.Number({ minimum: 0, maximum: 16_384 }),
  },
  closed,
);

/** How much of one run an outbox still answers for. */
export const RunProgress = Type.Object(
  {
    runId: Uuid,
    /** The next seq that the run will give (or would have given). */
    headSeq: Seq,
    /** The least seq neither acked nor covered by an acked gap. */
    ackedBelow: Seq,
  },
  closed,
);

/** What the camera did between `startedAt` and `observedAt` (never across a whole minute once the clock is known); counts in the minute of `startedAt`. */
export const PresenceRecord = Type.Object(
  {
    ...common('presence'),
    startedAt: EpochMs,
    /** Time in which the picture was usable and watched, still scenes included. */
    analysedMs: DurationMs,
    frames: Type.Object({ seen: Count, gated: Count, analysed: Count, dropped: Count }, closed),
    /** The state that lasted longest in the interval. */
    cameraState: Type.Enum(cameraStates),
    /** Detections by face height, bins of `faceHeightBinEdgesPx` and one open bin. */
    faceHeights: Type.Array(Count, {
      minItems: faceHeightBinEdgesPx.length + 1,
      maxItems: faceHeightBinEdgesPx.length + 1,
    }),
    /** Time in which it looked less often than it was asked to, by the reason; absent where there was none. */
    slowed: Type.Optional(Type.Object({ lateMs: DurationMs, hotMs: DurationMs }, closed)),
    /** Every run that is still in the outbox, this one included. */
    runs: Type.Array(RunProgress, { minItems: 1, maxItems: 64 }),
  },
  closed,
);

/** Records that will never come, and why. */
export const GapRecord = Type.Object(
  {
    ...common('gap'),
    /** The run whose records are given up (its own or an earlier one). */
    ofRunId: Uuid,
    fromSeq: Seq,
    /** Inclusive. */
    toSeq: Seq,
    /** Times of the first and last record given up; absent where the run never learned the time. */
    fromAt: Type.Optional(EpochMs),
    toAt: Type.Optional(EpochMs),
    reason: Type.Enum(gapReasons),
  },
  closed,
);

export const DeviceRecord = Type.Union([SampleRecord, VisitRecord, PresenceRecord, GapRecord]);

export type SampleRecord = Static<typeof SampleRecord>;
export type VisitRecord = Static<typeof VisitRecord>;
export type RunProgress = Static<typeof RunProgress>;
export type PresenceRecord = Static<typeof PresenceRecord>;
export type GapRecord = Static<typeof GapRecord>;
export type DeviceRecord = SampleRecord | VisitRecord | PresenceRecord | GapRecord;
export type RecordKind = DeviceRecord['kind'];

/** Payload of `emotion/v1/devices/{deviceId}/records`. Records are checked one by one, so that a bad one leaves its neighbours alone. */
export const RecordBatch = Type.Object(
  {
    schema: Type.Literal(schemaVersion),
    records: Type.Array(Type.Unknown(), { minItems: 1, maxItems: maxBatchRecords }),
  },
  closed,
);
export type RecordBatch = Static<typeof RecordBatch>;
