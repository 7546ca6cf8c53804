import type { HealthEntry } from '@emotion-fleet/contracts/api';
import { formatBytes, formatCount } from './format.ts';

/** One health figure: its name, its latest value in words, and its course. */
export interface HealthFigure {
  readonly key: string;
  readonly label: string;
  readonly latest: string;
  readonly format: (value: number) => string;
  readonly points: readonly (readonly [number, number | null])[];
}

interface FigureKind {
  readonly key: string;
  readonly label: string;
  readonly valueOf: (entry: HealthEntry) => number | null;
  readonly format: (value: number) => string;
}

const formatMs = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`;

const kinds: readonly FigureKind[] = [
  {
    key: 'speed',
    label: 'Frames analysed',
    valueOf: (entry) => entry.framesPerSecond,
    format: (value) => `${value.toFixed(1)} per second`,
  },
  { key: 'detect', label: 'Finding faces', valueOf: (entry) => entry.detectMs, format: formatMs },
  {
    key: 'classify',
    label: 'Reading a face',
    valueOf: (entry) => entry.classifyMs,
    format: formatMs,
  },
  {
    key: 'outbox',
    label: 'Waiting in the outbox',
    valueOf: (entry) => entry.outboxRecords,
    format: (value) => `${formatCount(value)} ${value === 1 ? 'record' : 'records'}`,
  },
  {
    key: 'written',
    label: 'Written to the card',
    valueOf: (entry) => entry.diskWrittenBytesLastHour,
    format: (value) => `${formatBytes(value)} an hour`,
  },
];

/** What the camera's card has left, and whether it is spared; empty where its agent doesn't say. */
export function describeCard(entry: HealthEntry): string {
  const { diskFreeBytes, diskMaxBytesPerHour, sampleStretch } = entry;
  if (diskFreeBytes === null) return '';
  const free = `${formatBytes(diskFreeBytes)} free on the card`;
  if (sampleStretch === null || sampleStretch <= 1 || diskMaxBytesPerHour === null) return free;
  const budget = formatBytes(diskMaxBytesPerHour);
  return `${free}; samples come ${sampleStretch.toFixed(1)} times less often to keep within ${budget} an hour`;
}

/** What a camera's health messages say, oldest first. */
export function healthFigures(entries: readonly HealthEntry[]): HealthFigure[] {
  return kinds.map(({ key, label, valueOf, format }) => {
    const points = entries.map((entry) => [Date.parse(entry.receivedAt), valueOf(entry)] as const);
    const latest = points.at(-1)?.[1] ?? null;
    const bytes = key === 'outbox' ? entries.at(-1)?.outboxBytes : undefined;
    const size = bytes === undefined ? '' : ` · ${formatBytes(bytes)}`;
    return {
      key,
      label,
      format,
      points,
      latest: latest === null ? 'not measured' : `${format(latest)}${size}`,
    };
  });
}
