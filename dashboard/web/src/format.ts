const locale = 'en-GB';
const wholeNumber = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const unknown = '–';

/** `1,234`. */
export function formatCount(value: number | null): string {
  return value === null ? unknown : wholeNumber.format(value);
}

/** A share of 0..1 as `84 %`. What isn't quite nothing or all is never rounded to it. */
export function formatShare(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return unknown;
  const percent = share * 100;
  if (percent > 0 && percent < 1) return '<1 %';
  if (percent > 99 && percent < 100) return '>99 %';
  return `${Math.round(percent)} %`;
}

/** A score of 0..1 with two digits. */
export function formatScore(score: number | null): string {
  return score === null ? unknown : score.toFixed(2);
}

/** `part / whole`, or null where the whole is nothing. At most 1: clocks of two devices differ a little. */
export function shareOf(part: number, whole: number): number | null {
  return whole > 0 ? Math.min(part / whole, 1) : null;
}

const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
] as const;

/** The two largest units: `2 d 3 h`, `4 min 12 s`, `38 s`, `0 s`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000) * 1000;
  const largest = units.findIndex((unit) => seconds >= unit.ms);
  if (largest === -1) return '0 s';
  let rest = seconds;
  const parts: string[] = [];
  for (const unit of units.slice(largest, largest + 2)) {
    const amount = Math.floor(rest / unit.ms);
    rest -= amount * unit.ms;
    if (amount > 0) parts.push(`${amount} ${unit.name}`);
  }
  return parts.join(' ');
}

/** `just now`, `42 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function formatAge(ageMs: number): string {
  if (ageMs < 5_000) return 'just now';
  const unit = units.find(({ ms }) => ageMs >= ms) ?? units[3];
  return `${Math.floor(ageMs / unit.ms)} ${unit.name} ago`;
}

/** `12.4 MB` (decimal, as disks are sold). */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`;
}

/** `1 camera`, `3 cameras`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formatters.set(key, made);
  return made;
}

/** `14:05`. */
export function formatClock(atMs: number, timeZone: string): string {
  return formatter(timeZone, { hour: '2-digit', minute: '2-digit' }).format(atMs);
}

/** `14:05:09`. */
export function formatClockSeconds(atMs: number, timeZone: string): string {
  return formatter(timeZone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    atMs,
  );
}

/** `24 Nov`. */
export function formatDay(atMs: number, timeZone: string): string {
  return formatter(timeZone, { day: 'numeric', month: 'short' }).format(atMs);
}

/** `24 Nov, 14:05`. */
export function formatMoment(atMs: number, timeZone: string): string {
  return `${formatDay(atMs, timeZone)}, ${formatClock(atMs, timeZone)}`;
}

/** `24 Nov 2026, 14:05`. */
export function formatDateTime(atMs: number, timeZone: string): string {
  const day = formatter(timeZone, { day: 'numeric', month: 'short', year: 'numeric' });
  return `${day.format(atMs)}, ${formatClock(atMs, timeZone)}`;
}

/** `24 Nov 2026, 14:05 to 15:05`; both days where they differ. */
export function formatLongSpan(span: { fromMs: number; toMs: number }, timeZone: string): string {
  const from = formatDateTime(span.fromMs, timeZone);
  const isOneDay = formatDateTime(span.toMs, timeZone).startsWith(from.split(',')[0] ?? '');
  const to = isOneDay ? formatClock(span.toMs, timeZone) : formatDateTime(span.toMs, timeZone);
  return `${from} to ${to}`;
}

/** `24 Nov, 14:05 to 15:05`; both days where they differ. */
export function formatSpan(span: { fromMs: number; toMs: number }, timeZone: string): string {
  const isOneDay = formatDay(span.fromMs, timeZone) === formatDay(span.toMs, timeZone);
  const to = isOneDay ? formatClock(span.toMs, timeZone) : formatMoment(span.toMs, timeZone);
  return `${formatMoment(span.fromMs, timeZone)} to ${to}`;
}
