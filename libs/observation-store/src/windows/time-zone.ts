import type { TimeRange } from '../time-range.ts';
import { dayMs, minuteMs } from './time.ts';

/** A stretch of time in which a zone's offset doesn't change; wall clock = time + `offsetMs`. */
export interface ConstantOffset extends TimeRange {
  readonly offsetMs: number;
}

/** True for a name that the runtime's time zone database knows. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** The zone's offset from UTC at `time`, in ms, positive to the east. @throws RangeError for an unknown zone */
export function zoneOffsetMs(time: number, timeZone: string): number {
  const name = formatterOf(timeZone)
    .formatToParts(time)
    .find((part) => part.type === 'timeZoneName')?.value;
  // "GMT", "GMT+05:30" or "GMT-03:00"
  const match = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name ?? '');
  if (match === null) throw new RangeError(`unexpected offset "${name ?? ''}" of ${timeZone}`);
  const [, sign = '+', hours = '0', minutes = '0'] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;
}

/**
 * Cuts `range` where the zone's offset changes. No zone changes twice within a day, so that offsets are
 * compared a day apart and a change is then searched to the minute.
 */
export function constantOffsets(range: TimeRange, timeZone: string): ConstantOffset[] {
  const stretches: ConstantOffset[] = [];
  let from = range.from;
  let offsetMs = zoneOffsetMs(from, timeZone);
  for (let at = range.from; at < range.to;) {
    const next = Math.min(at + dayMs, range.to);
    const nextOffsetMs = zoneOffsetMs(next, timeZone);
    if (nextOffsetMs !== offsetMs) {
      const change = findChange({ from: at, to: next }, timeZone, offsetMs);
      if (change > from) stretches.push({ from, to: change, offsetMs });
      from = change;
      offsetMs = nextOffsetMs;
    }
    at = next;
  }
  if (from < range.to) stretches.push({ from, to: range.to, offsetMs });
  return stretches;
}

/** The first whole minute in the range at which the offset isn't `offsetMs` any more. */
function findChange(range: TimeRange, timeZone: string, offsetMs: number): number {
  let before = Math.floor(range.from / minuteMs);
  let after = Math.ceil(range.to / minuteMs);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zoneOffsetMs(middle * minuteMs, timeZone) === offsetMs) before = middle;
    else after = middle;
  }
  return after * minuteMs;
}

/** Making a formatter takes 50 times as long as using it; there are only a few hundred zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
