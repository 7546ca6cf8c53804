import type { OpeningHours } from '@emotion-fleet/contracts';
import { usageError } from './usage-error.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const entryPattern = /^(\S+) +(\d\d:\d\d) *- *(\d\d:\d\d)$/;
const clockPattern = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;

type Entry = OpeningHours[number];

/**
 * Reads `mon-fri 09:00-18:30`, `sat,sun 10:00-16:00`, `daily 08:00-24:00`, several separated by `;`. Days may
 * wrap (`sat-mon`); an end that isn't after the start is on the next day. Empty: always.
 *
 * @throws OperatorError `usage`
 */
export function parseOpeningHours(text: string): OpeningHours {
  return text
    .split(';')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '')
    .map(parseEntry);
}

/** The inverse of `parseOpeningHours`. */
export function formatOpeningHours(hours: OpeningHours): string {
  return hours.map(({ weekdays, from, to }) => `${formatDays(weekdays)} ${from}-${to}`).join('; ');
}

function parseEntry(text: string): Entry {
  const [, dayText = '', from = '', to = ''] = entryPattern.exec(text) ?? [];
  const weekdays = parseDays(dayText);
  if (weekdays === undefined || !clockPattern.test(from) || !clockPattern.test(to)) {
    throw usageError(
      `Hours "${text}" can't be read; write them like "mon-fri 09:00-18:00; sat,sun 10:00-16:00".`,
    );
  }
  return { weekdays, from, to };
}

/** Weekdays from 1 (Monday) to 7, ascending; undefined where the text names none. */
function parseDays(text: string): number[] | undefined {
  if (text === 'daily') return days.map((_, index) => index + 1);
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [firstName = '', lastName = firstName, ...rest] = part.split('-');
    const first = indexOfDay(firstName);
    const last = indexOfDay(lastName);
    if (first < 0 || last < 0 || rest.length > 0) return undefined;
    for (let day = first; ; day = (day + 1) % days.length) {
      found.add(day + 1);
      if (day === last) break;
    }
  }
  return [...found].sort((a, b) => a - b);
}

function indexOfDay(name: string): number {
  return days.findIndex((day) => day === name);
}

function formatDays(weekdays: readonly number[]): string {
  const first = weekdays[0] ?? 1;
  const last = weekdays.at(-1) ?? first;
  if (weekdays.length === days.length) return 'daily';
  const isRun = weekdays.length > 2 && last - first === weekdays.length - 1;
  const named = (isRun ? [first, last] : weekdays).map((day) => days[day - 1] ?? '');
  return named.join(isRun ? '-' : ',');
}
