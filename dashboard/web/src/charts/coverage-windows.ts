import type { Timeline, TimelineWindow } from '@emotion-fleet/contracts/api';
import type { Span } from '../time/range.ts';

/** One window's coverage, or a stretch that no window tells of. */
export interface CoverageWindow extends Span {
  readonly analysedMs: number;
  readonly expectedMs: number;
}

/** What a window's coverage means to a reader. */
export type CoverageKind = 'observed' | 'part' | 'none' | 'not_expected' | 'not_yet';

/** From this share on a window counts as observed: presence comes by the minute and seldom adds up to the millisecond. */
const fullShare = 0.9;
/** Cameras report a minute when it is over, and the report takes its way; until then nothing is missing. */
const reportingDelayMs = 150_000;

export function coverageKind(window: CoverageWindow, nowMs: number): CoverageKind {
  const { analysedMs, expectedMs } = window;
  if (expectedMs === 0) return 'not_expected';
  if (analysedMs >= fullShare * expectedMs) return 'observed';
  const reportableMs = expectedMs * reportableShare(window, nowMs);
  if (reportableMs === 0) return 'not_yet';
  if (analysedMs >= fullShare * reportableMs) return 'observed';
  return analysedMs === 0 ? 'none' : 'part';
}

/** How much of the time that a window has run can have been reported by now, 0..1. */
function reportableShare({ fromMs, toMs }: CoverageWindow, nowMs: number): number {
  // A minute is reported in one piece.
  if (toMs - fromMs <= reportingDelayMs) return toMs <= nowMs - reportingDelayMs ? 1 : 0;
  const ranMs = Math.min(toMs, nowMs) - fromMs;
  const reportableMs = Math.min(toMs, nowMs - reportingDelayMs) - fromMs;
  return ranMs <= 0 ? 0 : Math.max(0, reportableMs / ranMs);
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

/** Stretches in which something was expected and nothing was observed; neighbours are one. */
export function holeSpans(windows: readonly CoverageWindow[], nowMs: number): Span[] {
  const holes: { fromMs: number; toMs: number }[] = [];
  for (const window of windows) {
    if (coverageKind(window, nowMs) !== 'none') continue;
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
