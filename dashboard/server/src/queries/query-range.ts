import { dayMs, widenToMinutes, type TimeRange } from '@emotion-fleet/observation-store';
import { ApiError } from '../api-error.ts';

/** The longest range that is answered: a year and a month to compare it with. */
const maxRangeMs = 400 * dayMs;

/**
 * The range of a query, widened to whole minutes.
 *
 * @throws ApiError `bad_range`, `range_too_long`
 */
export function parseRange({ from, to }: { from: string; to: string }): TimeRange {
  const start = parseTime('from', from);
  const end = parseTime('to', to);
  if (end <= start) {
    throw new ApiError('bad_range', 'Query parameter "from" must lie before "to".');
  }
  const range = widenToMinutes({ from: start, to: end });
  if (range.to - range.from > maxRangeMs) {
    throw new ApiError(
      'range_too_long',
      `The range from "from" to "to" must not exceed ${maxRangeMs / dayMs} days.`,
    );
  }
  return range;
}

/** Epoch ms as the API writes it. */
export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

function parseTime(name: string, text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time)) {
    throw new ApiError('bad_range', `Query parameter "${name}" is not a date and time.`);
  }
  return time;
}
