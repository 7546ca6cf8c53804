import { Type, type Static } from 'typebox';
import { IsoTime } from './query.ts';

const Count = Type.Number({ minimum: 0 });

export const ByEmotionCounts = Type.Object({
  happy: Count,
  sad: Count,
  neutral: Count,
  other: Count,
  uncertain: Count,
});

/** Mean calibrated score per readable visit with its 95 % interval over camera-hours (`clusters`). */
export const MeanScore = Type.Object({
  /** Null where there is no readable visit, or the privacy gate holds it back. */
  value: Type.Union([Type.Number(), Type.Null()]),
  /** Null under 10 clusters: too little data for an interval. */
  low: Type.Union([Type.Number(), Type.Null()]),
  high: Type.Union([Type.Number(), Type.Null()]),
  clusters: Count,
});
export const MeanScores = Type.Object({
  happy: MeanScore,
  sad: MeanScore,
  neutral: MeanScore,
  other: MeanScore,
});

const observed = {
  samples: Count,
  visits: Count,
  readableVisits: Count,
  /** Samples. */
  byEmotion: ByEmotionCounts,
  faceTimeMs: ByEmotionCounts,
  meanScore: MeanScores,
  /** True where fewer visits than `minimumGroupSize` were seen: every number of people is then held back as 0 or null. */
  suppressed: Type.Boolean(),
};

export const CoverageCounts = Type.Object({
  expectedMs: Count,
  analysedMs: Count,
  stored: Count,
  declared: Count,
  rejected: Count,
  pending: Count,
  stranded: Count,
  tooLate: Count,
  unexplained: Count,
});

export const Summary = Type.Object({
  from: IsoTime,
  to: IsoTime,
  ...observed,
  coverage: CoverageCounts,
  devices: Type.Object({ total: Count, reporting: Count }),
});

export const TimelineWindow = Type.Object({
  from: IsoTime,
  to: IsoTime,
  ...observed,
  analysedMs: Count,
  expectedMs: Count,
});
export const Timeline = Type.Object({
  from: IsoTime,
  to: IsoTime,
  /** Length of a window: one minute, hour or day. Windows merged by the privacy gate are longer. */
  stepMs: Count,
  windows: Type.Array(TimelineWindow),
});

export const PresenceEntry = Type.Object({
  from: IsoTime,
  to: IsoTime,
  cameraState: Type.String(),
  analysedMs: Count,
  frames: Type.Object({ seen: Count, gated: Count, analysed: Count, dropped: Count }),
});
export const GapEntry = Type.Object({
  runId: Type.String(),
  fromSeq: Count,
  toSeq: Count,
  from: Type.Optional(IsoTime),
  to: Type.Optional(IsoTime),
  reason: Type.String(),
});
export const Coverage = Type.Object({
  from: IsoTime,
  to: IsoTime,
  ...CoverageCounts.properties,
  stepMs: Count,
  windows: Type.Array(
    Type.Object({ from: IsoTime, to: IsoTime, expectedMs: Count, analysedMs: Count }),
  ),
  /** Of a device alone: its presence records (the latest 2,000 of the range) and declared gaps. */
  presence: Type.Optional(Type.Array(PresenceEntry)),
  gaps: Type.Optional(Type.Array(GapEntry)),
});

export type ByEmotionCounts = Static<typeof ByEmotionCounts>;
export type MeanScore = Static<typeof MeanScore>;
export type MeanScores = Static<typeof MeanScores>;
export type CoverageCounts = Static<typeof CoverageCounts>;
export type Summary = Static<typeof Summary>;
export type TimelineWindow = Static<typeof TimelineWindow>;
export type Timeline = Static<typeof Timeline>;
export type PresenceEntry = Static<typeof PresenceEntry>;
export type GapEntry = Static<typeof GapEntry>;
export type Coverage = Static<typeof Coverage>;
