import type { OpeningHours } from '@emotion-fleet/contracts';
import type { TimeRange } from '../time-range.ts';
import { constantOffsets } from './time-zone.ts';
import { dayMs, floorToDay, minuteMs } from './time.ts';

export interface OpeningTimes {
  /** IANA name. */
  readonly timeZone: string;
  /** Of the site; empty: always open. */
  readonly openingHours: OpeningHours;
  /** Of the camera, within the opening hours; empty: whenever the site is open. */
  readonly schedule?: OpeningHours;
}

/** How long a camera is expected to watch within `range`, in ms. Additive over ranges that don't overlap. */
export function expectedMs(range: TimeRange, times: OpeningTimes): number {
  return totalMs(expectedRanges(range, times));
}

/** When a camera is expected to watch within `range`: in order, without overlap. */
export function expectedRanges(range: TimeRange, times: OpeningTimes): TimeRange[] {
  const open = openRanges(range, times.timeZone, times.openingHours);
  const { schedule = [] } = times;
  if (schedule.length === 0) return open;
  return intersect(open, openRanges(range, times.timeZone, schedule));
}

/**
 * When `hours` hold within `range`. A moment is open if the wall clock of `timeZone` shows an open time, so
 * that an hour that comes twice in autumn counts twice and the one left out in spring not at all. A `to` that
 * isn't after its `from` ends on the next day. Empty hours are always open.
 */
export function openRanges(range: TimeRange, timeZone: string, hours: OpeningHours): TimeRange[] {
  if (range.to <= range.from) return [];
  if (hours.length === 0) return [{ from: range.from, to: range.to }];
  const open: TimeRange[] = [];
  for (const { from, to, offsetMs } of constantOffsets(range, timeZone)) {
    const local = { from: from + offsetMs, to: to + offsetMs };
    for (const part of intersect([local], localOpenRanges(local, hours))) {
      open.push({ from: part.from - offsetMs, to: part.to - offsetMs });
    }
  }
  return merge(open);
}

/** Open ranges on the wall clock, with local time read as if it were UTC. */
function localOpenRanges(local: TimeRange, hours: OpeningHours): TimeRange[] {
  const open: TimeRange[] = [];
  // From the day before, whose hours may reach over midnight.
  for (let day = floorToDay(local.from) - dayMs; day < local.to; day += dayMs) {
    const weekday = ((new Date(day).getUTCDay() + 6) % 7) + 1;
    for (const entry of hours) {
      if (!entry.weekdays.includes(weekday)) continue;
      const from = clockMs(entry.from);
      const to = clockMs(entry.to);
      open.push({ from: day + from, to: day + (to > from ? to : to + dayMs) });
    }
  }
  return merge(open);
}

/** `HH:MM` as ms since midnight. */
function clockMs(clock: string): number {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return (Number(hours) * 60 + Number(minutes)) * minuteMs;
}

function totalMs(ranges: readonly TimeRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** Sorted, with those that touch or overlap made one. */
function merge(ranges: readonly TimeRange[]): TimeRange[] {
  const merged: TimeRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

/** What two sorted lists without overlaps have in common. */
function intersect(left: readonly TimeRange[], right: readonly TimeRange[]): TimeRange[] {
  const common: TimeRange[] = [];
  let i = 0;
  let j = 0;
  for (
    let a = left[i], b = right[j];
    a !== undefined && b !== undefined;
    a = left[i], b = right[j]
  ) {
    const from = Math.max(a.from, b.from);
    const to = Math.min(a.to, b.to);
    if (from < to) common.push({ from, to });
    if (a.to < b.to) i++;
    else j++;
  }
  return common;
}
