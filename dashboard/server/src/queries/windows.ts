import type { TimeRange } from '@emotion-fleet/observation-store';
import type { TimedSum } from '../privacy/merge-windows.ts';
import { ExpectedTime } from './expected-time.ts';
import { readPieces } from './pieces.ts';
import { chooseStep } from './read-plan.ts';
import type { Reading } from './reading.ts';
import { addSums, type Piece } from './window-sum.ts';

/** A range cut at whole minutes, hours or days (UTC): its first and last window may be shorter. */
export function cutWindows({ from, to }: TimeRange, stepMs: number): TimeRange[] {
  const windows: TimeRange[] = [];
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / stepMs) + 1) * stepMs);
    windows.push({ from: start, to: end });
    start = end;
  }
  return windows;
}

/** The range in windows, empty ones included, before the privacy gate. */
export async function readWindows(
  reading: Reading,
): Promise<{ stepMs: number; windows: TimedSum[] }> {
  const { tools, fleet, place, range } = reading;
  const stays = fleet.stays(place, range);
  const stepMs = chooseStep(range, stays.length);
  const pieces = await readPieces(reading, stepMs);
  const windows = cutWindows(range, stepMs);
  const expected = new ExpectedTime({ fleet, stays, now: tools.clock.now() }).perWindow(windows);
  const sums = sortIntoWindows({ pieces, range, stepMs });
  return {
    stepMs,
    windows: windows.map((window, index) => ({
      ...window,
      ...addSums(sums.get(index) ?? []),
      expectedMs: expected[index] ?? 0,
    })),
  };
}

function sortIntoWindows(options: {
  readonly pieces: readonly Piece[];
  readonly range: TimeRange;
  readonly stepMs: number;
}): Map<number, Piece[]> {
  const { pieces, range, stepMs } = options;
  const first = Math.floor(range.from / stepMs);
  return Map.groupBy(pieces, ({ start }) => Math.floor(start / stepMs) - first);
}
