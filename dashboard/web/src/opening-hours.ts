import type { SiteItem } from '@emotion-fleet/contracts/api';

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `open Mon–Fri 09:00–18:00, Sat 10:00–14:00`; without any rule a site is always open. */
export function describeOpeningHours(openingHours: SiteItem['openingHours']): string {
  if (openingHours.length === 0 || openingHours.some(isAlways)) return 'always open';
  const rules = openingHours.map(
    ({ weekdays, from, to }) => `${describeWeekdays(weekdays)} ${from}–${to}`,
  );
  return `open ${rules.join(', ')}`;
}

function isAlways({ weekdays, from, to }: SiteItem['openingHours'][number]): boolean {
  return new Set(weekdays).size === dayNames.length && from === '00:00' && to === '24:00';
}

function describeWeekdays(weekdays: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const day of weekdays.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && day <= run.last + 1) run.last = day;
    else runs.push({ first: day, last: day });
  }
  return runs
    .map(({ first, last }) => (first === last ? nameOf(first) : `${nameOf(first)}–${nameOf(last)}`))
    .join(', ');
}

function nameOf(day: number): string {
  return dayNames[day - 1] ?? String(day);
}
