const partFormatters = new Map<string, Intl.DateTimeFormat>();

function partsOf(timeZone: string): Intl.DateTimeFormat {
  const known = partFormatters.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  partFormatters.set(timeZone, made);
  return made;
}

/** The zone of whoever is looking. */
export function browserTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What a zone's clocks are ahead of UTC at an instant, in ms. */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of partsOf(timeZone).formatToParts(atMs)) parts[type] = Number(value);
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wholeSecondMs = Math.floor(atMs / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecondMs;
}

/** The instant at which a zone's clocks show `wallMs` (read as if it were UTC). */
export function instantOfWall(timeZone: string, wallMs: number): number {
  const guess = wallMs - zoneOffsetMs(timeZone, wallMs);
  // The offset at the guess is right unless the clocks change in between; then the second look decides.
  return wallMs - zoneOffsetMs(timeZone, guess);
}

/**
 * Date pickers think in the browser's zone. These two move an instant so that a picker shows the wall time of
 * another zone, and back.
 */
export function toPickerMs(atMs: number, timeZone: string, pickerZone: string): number {
  return instantOfWall(pickerZone, atMs + zoneOffsetMs(timeZone, atMs));
}
export function fromPickerMs(pickerMs: number, timeZone: string, pickerZone: string): number {
  return instantOfWall(timeZone, pickerMs + zoneOffsetMs(pickerZone, pickerMs));
}

/** `Europe/Berlin (UTC+1)`. */
export function describeZone(timeZone: string, atMs: number): string {
  if (timeZone === 'UTC') return 'UTC';
  const minutes = Math.round(zoneOffsetMs(timeZone, atMs) / 60_000);
  const sign = minutes < 0 ? '−' : '+';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `${timeZone} (UTC${sign}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`})`;
}
