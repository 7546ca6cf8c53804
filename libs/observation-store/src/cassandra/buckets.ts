import type { TimeRange } from '../observation-store.ts';
import { dayMs, floorToDay, floorToHour, hourMs } from '../windows/time.ts';

/** How a table cuts time into partitions, in UTC. */
export interface Bucket {
  /** The start of the bucket that holds `time`, epoch ms. */
  readonly of: (time: number) => number;
  /** The start of the next bucket after the one that starts at `start`. */
  readonly next: (start: number) => number;
}

export const hourBucket: Bucket = { of: floorToHour, next: (start) => start + hourMs };
export const dayBucket: Bucket = { of: floorToDay, next: (start) => start + dayMs };
export const monthBucket: Bucket = {
  of: (time) => {
    const date = new Date(time);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  },
  next: (start) => {
    const date = new Date(start);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  },
};

/** The buckets that a half-open range touches, in order. */
export function bucketsOf(bucket: Bucket, { from, to }: TimeRange): number[] {
  const starts: number[] = [];
  if (to <= from) return starts;
  for (let start = bucket.of(from); start < to; start = bucket.next(start)) starts.push(start);
  return starts;
}

export function clip(range: TimeRange, limits: TimeRange): TimeRange {
  return { from: Math.max(range.from, limits.from), to: Math.min(range.to, limits.to) };
}
