import {
  dayMs,
  floorToDay,
  hourMs,
  minuteMs,
  splitByHours,
  type TimeRange,
} from '@emotion-fleet/observation-store';

/** Rows of which kind cover which part of a range, without overlap. */
export interface ReadPlan {
  readonly days: readonly TimeRange[];
  readonly hours: readonly TimeRange[];
  readonly minutes: readonly TimeRange[];
}

/** The longest range that is cut into minutes, and the longest that is cut into hours. */
const maxMinuteStepRangeMs = 6 * hourMs;
const maxHourStepRangeMs = 14 * dayMs;
/** Above this many minute rows hours are shown instead. */
const maxMinuteRows = 100_000;

/** Length of a timeline's windows: minutes up to 6 hours, hours up to 14 days, days beyond. */
export function chooseStep({ from, to }: TimeRange, devices: number): number {
  const lengthMs = to - from;
  const minuteRows = (lengthMs / minuteMs) * devices;
  if (lengthMs <= maxMinuteStepRangeMs && minuteRows <= maxMinuteRows) return minuteMs;
  return lengthMs <= maxHourStepRangeMs ? hourMs : dayMs;
}

/** Covers a range with as few rows as windows of `stepMs` allow: a row never lies across two windows. */
export function planReads(range: TimeRange, stepMs: number): ReadPlan {
  if (stepMs < hourMs) return { days: [], hours: [], minutes: [range] };
  const { hours, minutes } = splitByHours(range);
  if (hours === undefined) return { days: [], hours: [], minutes };
  if (stepMs < dayMs) return { days: [], hours: [hours], minutes };
  const firstDay = floorToDay(hours.from + dayMs - 1);
  const lastDay = floorToDay(hours.to);
  if (lastDay <= firstDay) return { days: [], hours: [hours], minutes };
  return {
    days: [{ from: firstDay, to: lastDay }],
    hours: [
      { from: hours.from, to: firstDay },
      { from: lastDay, to: hours.to },
    ].filter(({ from, to }) => from < to),
    minutes,
  };
}
