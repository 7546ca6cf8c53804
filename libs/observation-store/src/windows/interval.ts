import type { ScoredEmotion } from '@emotion-fleet/contracts';
import type { ClusterSums } from './window-values.ts';

/** Below this many camera-hours no interval is given: "too little data". */
export const minIntervalClusters = 10;

/** A mean score per readable visit; all three are 0..1. */
export interface RatioEstimate {
  /** Null without a readable visit. */
  readonly value: number | null;
  /** Ends of the 95 % interval; null under `minIntervalClusters` clusters. */
  readonly low: number | null;
  readonly high: number | null;
  readonly clusters: number;
}

/**
 * The mean score of one emotion per readable visit, with a 95 % interval that takes camera-hours as clusters:
 * visits at one camera in one hour share light, angle and event, so that an interval over single visits is
 * far too narrow. The ratio estimator R = Σy / Σn with its linearised variance (Cochran, Sampling Techniques,
 * 3rd ed. 1977, section 6.3 and 9A.2), Student's t on clusters - 1 degrees of freedom, clamped to 0..1. It
 * doesn't contain the model's own bias.
 */
export function ratioEstimate(sums: ClusterSums, emotion: ScoredEmotion): RatioEstimate {
  const { clusters, n, nn } = sums;
  if (n === 0) return { value: null, low: null, high: null, clusters };
  const { y, ny, yy } = sums.byEmotion[emotion];
  const ratio = y / n;
  const value = clamp(ratio);
  if (clusters < minIntervalClusters) return { value, low: null, high: null, clusters };
  // Σ(y - R n)² over clusters; rounding can leave it a hair below zero where all clusters agree.
  const residuals = Math.max(0, yy - 2 * ratio * ny + ratio * ratio * nn);
  const variance = ((clusters / (clusters - 1)) * residuals) / (n * n);
  const margin = studentT975(clusters - 1) * Math.sqrt(variance);
  return { value, low: clamp(ratio - margin), high: clamp(ratio + margin), clusters };
}

/** The 97.5 % quantile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * The 97.5 % quantile of Student's t by its expansion in 1/degrees (Abramowitz and Stegun, Handbook of
 * Mathematical Functions, 26.7.5). Within 0.0001 of the true value from 9 degrees on, which is the least that
 * an interval is given for.
 */
export function studentT975(degrees: number): number {
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1_482 * z ** 5 - 1_920 * z ** 3 - 945 * z) / 92_160;
  return z + g1 / degrees + g2 / degrees ** 2 + g3 / degrees ** 3 + g4 / degrees ** 4;
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
