import { formatClock, formatDay } from '../format.ts';
import { instantOfWall, zoneOffsetMs } from './zone.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const stepsMs = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
  ...[1, 2, 7, 14, 30, 90, 365].map((days) => days * dayMs),
];

export interface TickOptions {
  readonly fromMs: number;
  readonly toMs: number;
  readonly timeZone: string;
  readonly maxTicks: number;
}

/** Round times of the zone's clocks between two instants, at most `maxTicks` of them. */
export function timeTicks({ fromMs, toMs, timeZone, maxTicks }: TickOptions): number[] {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step < maxTicks) ?? stepsMs.at(-1)!;
  const firstWall = Math.ceil((fromMs + zoneOffsetMs(timeZone, fromMs)) / stepMs) * stepMs;
  const ticks: number[] = [];
  for (let wall = firstWall; ticks.length < maxTicks; wall += stepMs) {
    const tick = instantOfWall(timeZone, wall);
    if (tick > toMs) break;
    if (tick >= fromMs) ticks.push(tick);
  }
  return ticks;
}

/** The clock, or the day where a tick falls on midnight. */
export function formatTick(atMs: number, timeZone: string): string {
  const wall = atMs + zoneOffsetMs(timeZone, atMs);
  return wall % dayMs === 0 ? formatDay(atMs, timeZone) : formatClock(atMs, timeZone);
}
