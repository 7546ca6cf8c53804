import type { TimeRange } from '@emotion-fleet/observation-store';
import { samplesOf } from '../queries/observed.ts';
import { addSums, type WindowSum } from '../queries/window-sum.ts';
import { isTooSmall } from './group-size.ts';

/** A window before it is shown. */
export interface TimedSum extends TimeRange, WindowSum {
  readonly expectedMs: number;
}

/**
 * Joins windows with too few visits to those that follow, until each has enough; what is left at the end
 * joins the window before. A single window that is still too small remains where the whole is too small.
 */
export function mergeSmallWindows(
  windows: readonly TimedSum[],
  minimumGroupSize: number,
): TimedSum[] {
  const merged: TimedSum[] = [];
  let open: TimedSum | undefined;
  for (const window of windows) {
    const joined: TimedSum = open === undefined ? window : join(open, window);
    open = tooSmall(joined, minimumGroupSize) ? joined : undefined;
    if (open === undefined) merged.push(joined);
  }
  // Back over empty windows, too, until the rest is part of a group that is large enough.
  while (open !== undefined) {
    const before = merged.pop();
    if (before === undefined) return [open];
    const joined = join(before, open);
    open = tooSmall(joined, minimumGroupSize) ? joined : undefined;
    if (open === undefined) merged.push(joined);
  }
  return merged;
}

export function tooSmall(sum: WindowSum, minimumGroupSize: number): boolean {
  return isTooSmall({ visits: sum.values.visits, samples: samplesOf(sum) }, minimumGroupSize);
}

function join(a: TimedSum, b: TimedSum): TimedSum {
  return {
    ...addSums([a, b]),
    from: a.from,
    to: b.to,
    expectedMs: a.expectedMs + b.expectedMs,
  };
}
