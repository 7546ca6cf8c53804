import type { TimeRange } from '../time-range.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
/** A UTC day; windows know no other. */
export const dayMs = 86_400_000;

/** The start of the UTC minute that holds `time` (epoch ms). */
export function floorToMinute(time: number): number {
  return floorTo(time, minuteMs);
}

export function floorToHour(time: number): number {
  return floorTo(time, hourMs);
}

export function floorToDay(time: number): number {
  return floorTo(time, dayMs);
}

/** The smallest range of whole minutes that covers `range`. */
export function widenToMinutes({ from, to }: TimeRange): TimeRange {
  return { from: floorToMinute(from), to: ceilTo(to, minuteMs) };
}

export interface SplitRange {
  /** Whole hours, where the range holds at least one. */
  readonly hours?: TimeRange;
  /** What is left before and after them: at most two ranges of less than an hour each, or one below two hours where no whole hour fits. */
  readonly minutes: readonly TimeRange[];
}

/**
 * Splits a range into the whole hours inside it and the rest, in order and without overlap, so that a long
 * range is read as few hour rows and its ends as minute rows. The rest has the range's own ends: widen it to
 * minutes first. An empty or reversed range gives nothing.
 */
export function splitByHours({ from, to }: TimeRange): SplitRange {
  if (to <= from) return { minutes: [] };
  const firstHour = ceilTo(from, hourMs);
  const lastHour = floorToHour(to);
  if (lastHour <= firstHour) return { minutes: [{ from, to }] };
  const minutes: TimeRange[] = [];
  if (from < firstHour) minutes.push({ from, to: firstHour });
  if (lastHour < to) minutes.push({ from: lastHour, to });
  return { hours: { from: firstHour, to: lastHour }, minutes };
}

function floorTo(time: number, unitMs: number): number {
  return Math.floor(time / unitMs) * unitMs;
}

function ceilTo(time: number, unitMs: number): number {
  return Math.ceil(time / unitMs) * unitMs;
}
