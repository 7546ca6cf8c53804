import {
  emotions,
  scoredEmotions,
  zeroByEmotion,
  type ByEmotion,
  type ByScoredEmotion,
} from '@emotion-fleet/contracts';

/** Sum and sum of squares of the mean scores of readable visits; their number is `readableVisits`. */
export interface ScoreSums {
  readonly sum: ByScoredEmotion;
  readonly sumOfSquares: ByScoredEmotion;
}

/** Records of a window by what became of them. */
export interface RecordCounts {
  readonly stored: number;
  readonly declared: number;
  readonly rejected: number;
  /** Arrived after the window was sealed: counted, not applied. */
  readonly tooLate: number;
}

export interface FrameCounts {
  readonly seen: number;
  readonly gated: number;
  readonly analysed: number;
  readonly dropped: number;
}

/** What one window (minute, hour, day) of one device holds. Everything in it can be added up. */
export interface WindowValues {
  /** Samples by emotion. */
  readonly samples: ByEmotion;
  readonly faceTimeMs: ByEmotion;
  readonly visits: number;
  readonly readableVisits: number;
  readonly scores: ScoreSums;
  readonly analysedMs: number;
  readonly frames: FrameCounts;
  readonly records: RecordCounts;
}

/**
 * Moments of camera-hours (the clusters of the interval) for one emotion: with n readable visits and score
 * sum y in each cluster, the sums over clusters of y, n*y and y*y.
 */
export interface ClusterMoments {
  readonly y: number;
  readonly ny: number;
  readonly yy: number;
}

/** Sums over camera-hours with at least one readable visit; additive over hours, cameras and partitions. */
export interface ClusterSums {
  readonly clusters: number;
  readonly n: number;
  readonly nn: number;
  readonly byEmotion: Readonly<Record<keyof ByScoredEmotion, ClusterMoments>>;
}

/** A window of a scope (site or fleet) in one log partition. */
export interface ScopeWindowValues extends WindowValues {
  readonly clusters: ClusterSums;
  /** Devices with analysed time in the window; for a day, the most in one hour. */
  readonly reportingDevices: number;
}

const zeroScores = (): ByScoredEmotion => ({ happy: 0, sad: 0, neutral: 0, other: 0 });

export function zeroWindow(): WindowValues {
  return {
    samples: zeroByEmotion(),
    faceTimeMs: zeroByEmotion(),
    visits: 0,
    readableVisits: 0,
    scores: { sum: zeroScores(), sumOfSquares: zeroScores() },
    analysedMs: 0,
    frames: { seen: 0, gated: 0, analysed: 0, dropped: 0 },
    records: { stored: 0, declared: 0, rejected: 0, tooLate: 0 },
  };
}

/** Adds two windows; neither is changed. */
export function addWindows(a: WindowValues, b: WindowValues): WindowValues {
  return {
    samples: addByEmotion(a.samples, b.samples),
    faceTimeMs: addByEmotion(a.faceTimeMs, b.faceTimeMs),
    visits: a.visits + b.visits,
    readableVisits: a.readableVisits + b.readableVisits,
    scores: {
      sum: addScores(a.scores.sum, b.scores.sum),
      sumOfSquares: addScores(a.scores.sumOfSquares, b.scores.sumOfSquares),
    },
    analysedMs: a.analysedMs + b.analysedMs,
    frames: {
      seen: a.frames.seen + b.frames.seen,
      gated: a.frames.gated + b.frames.gated,
      analysed: a.frames.analysed + b.frames.analysed,
      dropped: a.frames.dropped + b.frames.dropped,
    },
    records: {
      stored: a.records.stored + b.records.stored,
      declared: a.records.declared + b.records.declared,
      rejected: a.records.rejected + b.records.rejected,
      tooLate: a.records.tooLate + b.records.tooLate,
    },
  };
}

export function zeroClusters(): ClusterSums {
  const zero = (): ClusterMoments => ({ y: 0, ny: 0, yy: 0 });
  return {
    clusters: 0,
    n: 0,
    nn: 0,
    byEmotion: { happy: zero(), sad: zero(), neutral: zero(), other: zero() },
  };
}

/** The moments of one camera-hour (or the part of it that a range covers). */
export function clusterOf(window: WindowValues): ClusterSums {
  const n = window.readableVisits;
  if (n === 0) return zeroClusters();
  const of = (emotion: keyof ByScoredEmotion): ClusterMoments => {
    const y = window.scores.sum[emotion];
    return { y, ny: n * y, yy: y * y };
  };
  return {
    clusters: 1,
    n,
    nn: n * n,
    byEmotion: { happy: of('happy'), sad: of('sad'), neutral: of('neutral'), other: of('other') },
  };
}

export function addClusters(a: ClusterSums, b: ClusterSums): ClusterSums {
  const add = (emotion: keyof ByScoredEmotion): ClusterMoments => ({
    y: a.byEmotion[emotion].y + b.byEmotion[emotion].y,
    ny: a.byEmotion[emotion].ny + b.byEmotion[emotion].ny,
    yy: a.byEmotion[emotion].yy + b.byEmotion[emotion].yy,
  });
  return {
    clusters: a.clusters + b.clusters,
    n: a.n + b.n,
    nn: a.nn + b.nn,
    byEmotion: {
      happy: add('happy'),
      sad: add('sad'),
      neutral: add('neutral'),
      other: add('other'),
    },
  };
}

function addByEmotion(a: ByEmotion, b: ByEmotion): ByEmotion {
  const sum = zeroByEmotion();
  for (const emotion of emotions) sum[emotion] = a[emotion] + b[emotion];
  return sum;
}

function addScores(a: ByScoredEmotion, b: ByScoredEmotion): ByScoredEmotion {
  const sum = zeroScores();
  for (const emotion of scoredEmotions) sum[emotion] = a[emotion] + b[emotion];
  return sum;
}
