import type { Timeline, TimelineWindow } from '@emotion-fleet/contracts/api';
import type { Span } from '../time/range.ts';

/** One window's coverage, or a stretch that no window tells of. */
export interface CoverageWindow extends Span {
  readonly analysedMs: number;
  readonly expectedMs: number;
}

/** A stretch is a hole where something was expected and nothing was analysed. */
export function isHole({ analysedMs, expectedMs }: CoverageWindow): boolean {
  return analysedMs === 0 && expectedMs > 0;
}

/**
 * The windows of a range without holes between them: a stretch that the answer leaves out was not observed, and it is
 * drawn as such. What lies in the future isn't a hole.
 */
export function coverageWindows(timeline: Timeline, nowMs: number): CoverageWindow[] {
  const endMs = Math.min(Date.parse(timeline.to), nowMs);
  const all: CoverageWindow[] = [];
  let coveredUntilMs = Date.parse(timeline.from);
  for (const window of inOrder(timeline.windows)) {
    const [fromMs, toMs] = [Date.parse(window.from), Date.parse(window.to)];
    if (fromMs > coveredUntilMs) all.push(missing(coveredUntilMs, fromMs));
    const { analysedMs, expectedMs } = window;
    all.push({ fromMs, toMs, analysedMs, expectedMs });
    coveredUntilMs = Math.max(coveredUntilMs, toMs);
  }
  if (endMs > coveredUntilMs) all.push(missing(coveredUntilMs, endMs));
  return all;
}

/** Neighbouring holes as one stretch each, for shading. */
export function holeSpans(windows: readonly CoverageWindow[]): Span[] {
  const holes: { fromMs: number; toMs: number }[] = [];
  for (const window of windows) {
    if (!isHole(window)) continue;
    const last = holes.at(-1);
    if (last?.toMs === window.fromMs) last.toMs = window.toMs;
    else holes.push({ fromMs: window.fromMs, toMs: window.toMs });
  }
  return holes;
}

function missing(fromMs: number, toMs: number): CoverageWindow {
  return { fromMs, toMs, analysedMs: 0, expectedMs: toMs - fromMs };
}

function inOrder(windows: readonly TimelineWindow[]): TimelineWindow[] {
  return windows.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from));
}
