/** Units of a moving range, as they stand in the URL. */
const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type RangeUnit = keyof typeof unitMs;

/** A range that moves with the clock: `last=24h`. */
export interface MovingRange {
  readonly kind: 'last';
  readonly amount: number;
  readonly unit: RangeUnit;
}
/** A range that stands still: `from=...&to=...`. */
export interface FixedRange {
  readonly kind: 'fixed';
  readonly fromMs: number;
  readonly toMs: number;
}
export type TimeRange = MovingRange | FixedRange;

/** A range at one instant. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range in the URL; undefined takes a key out of it. */
export interface RangeQuery {
  readonly last: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export const defaultRange: MovingRange = { kind: 'last', amount: 1, unit: 'h' };
export const quickRanges: readonly MovingRange[] = [
  { kind: 'last', amount: 15, unit: 'm' },
  { kind: 'last', amount: 1, unit: 'h' },
  { kind: 'last', amount: 6, unit: 'h' },
  { kind: 'last', amount: 24, unit: 'h' },
  { kind: 'last', amount: 7, unit: 'd' },
  { kind: 'last', amount: 30, unit: 'd' },
];
/** What the API answers at most, after it has widened a range to whole minutes; longer is a typing error. */
export const maxRangeMs = 400 * unitMs.d - 2 * unitMs.m;

const lastPattern = /^([1-9][0-9]{0,5})([mhd])$/;

/** Reads a range from a URL query. What can't be read is the default: a link must never show nothing. */
export function parseRange(query: Readonly<Record<string, unknown>>): TimeRange {
  return readRange(query) ?? defaultRange;
}

/** The query asks for a range, and it isn't one: whoever looks must be told that he sees another. */
export function isUnreadableRange(query: Readonly<Record<string, unknown>>): boolean {
  const isAskedFor = ['last', 'from', 'to'].some((key) => query[key] !== undefined);
  return isAskedFor && readRange(query) === undefined;
}

/** Writes a range for a URL query, so that `parseRange` reads the same one. */
export function serializeRange(range: TimeRange): RangeQuery {
  if (range.kind === 'last') {
    return { last: `${range.amount}${range.unit}`, from: undefined, to: undefined };
  }
  return {
    last: undefined,
    from: new Date(range.fromMs).toISOString(),
    to: new Date(range.toMs).toISOString(),
  };
}

/** The instants that a range means now. */
export function resolveRange(range: TimeRange, nowMs: number): Span {
  if (range.kind === 'fixed') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - lengthMs(range), toMs: nowMs };
}

/** `Last 24 hours`. */
export function describeMovingRange({ amount, unit }: MovingRange): string {
  const noun = { m: 'minute', h: 'hour', d: 'day' }[unit];
  return amount === 1 ? `Last ${noun}` : `Last ${amount} ${noun}s`;
}

/** `15 min`, `24 h`, `7 d`. */
export function shortMovingRange({ amount, unit }: MovingRange): string {
  return `${amount} ${unit === 'm' ? 'min' : unit}`;
}

/** `per minute`, `per hour`, `per day`. */
export function describeStep(stepMs: number): string {
  if (stepMs >= unitMs.d) return 'per day';
  return stepMs >= unitMs.h ? 'per hour' : 'per minute';
}

export function isSameRange(a: TimeRange, b: TimeRange): boolean {
  const [left, right] = [serializeRange(a), serializeRange(b)];
  return left.last === right.last && left.from === right.from && left.to === right.to;
}

function readRange(query: Readonly<Record<string, unknown>>): TimeRange | undefined {
  return parseFixed(query['from'], query['to']) ?? parseLast(query['last']);
}

function lengthMs({ amount, unit }: MovingRange): number {
  return amount * unitMs[unit];
}

function parseLast(value: unknown): MovingRange | undefined {
  const match = typeof value === 'string' ? lastPattern.exec(value) : null;
  if (match === null) return undefined;
  const range = { kind: 'last', amount: Number(match[1]), unit: match[2] as RangeUnit } as const;
  return lengthMs(range) <= maxRangeMs ? range : undefined;
}

function parseFixed(from: unknown, to: unknown): FixedRange | undefined {
  if (typeof from !== 'string' || typeof to !== 'string') return undefined;
  const fromMs = Date.parse(from);
  const toMs = Date.parse(to);
  const isReadable = fromMs < toMs && toMs - fromMs <= maxRangeMs;
  return isReadable ? { kind: 'fixed', fromMs, toMs } : undefined;
}
