import type { Timeline } from '@emotion-fleet/contracts/api';
import { isoTime } from './query-range.ts';
import type { Reading } from './reading.ts';
import { readWindows } from './windows.ts';

/** The range in minutes, hours or days, as far as the privacy gate lets through. */
export async function readTimeline(reading: Reading): Promise<Timeline> {
  const { range, tools } = reading;
  const [{ stepMs, windows }, hidden] = await Promise.all([
    readWindows(reading),
    tools.gate.isHidden(reading),
  ]);
  return {
    from: isoTime(range.from),
    to: isoTime(range.to),
    stepMs,
    windows: tools.gate.showWindows(windows, hidden).map((window) => ({
      from: isoTime(window.from),
      to: isoTime(window.to),
      ...window.observed,
      analysedMs: window.analysedMs,
      expectedMs: window.expectedMs,
    })),
  };
}
