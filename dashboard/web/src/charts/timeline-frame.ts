import type { Timeline } from '@emotion-fleet/contracts/api';
import { formatDuration, formatShare, formatSpan, shareOf } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, timeAxis, tooltipRows, tooltipStyle } from './chart-style.ts';
import { coverageWindows, holeSpans, isHole, type CoverageWindow } from './coverage-windows.ts';
import { spanSeries, type TimeSpan } from './spans.ts';

export interface TimelineChartOptions {
  readonly timeline: Timeline;
  readonly palette: Palette;
  readonly timeZone: string;
  readonly nowMs: number;
  /** Of the whole chart, in CSS pixels. */
  readonly widthPx: number;
}

const [plotLeft, plotRight] = [52, 12];

/** Two grids on one time: the plot, and below it the strip that says how much of the time was observed. */
export function timelineFrame(options: TimelineChartOptions) {
  const { timeline, palette, timeZone, nowMs, widthPx } = options;
  const span = { fromMs: Date.parse(timeline.from), toMs: Date.parse(timeline.to) };
  const windows = coverageWindows(timeline, nowMs);
  const axis = timeAxis({ span, timeZone, palette, widthPx: widthPx - plotLeft - plotRight });
  const side = { left: plotLeft, right: plotRight };
  return {
    ...baseStyle(palette),
    tooltip: tooltipStyle(palette),
    grid: [
      { ...side, top: 12, bottom: 58 },
      { ...side, height: 10, bottom: 12 },
    ],
    xAxis: [
      { ...axis, gridIndex: 0 },
      { ...axis, gridIndex: 1, show: false },
    ],
    coverageAxis: { type: 'value' as const, gridIndex: 1, min: 0, max: 1, show: false },
    coverageSeries: spanSeries(
      windows.map((window) => coverageSpan(window, palette, timeZone)),
      { xAxisIndex: 1, yAxisIndex: 1 },
    ),
    holes: {
      silent: true,
      itemStyle: { color: palette.hole },
      data: holeSpans(windows).map(
        ({ fromMs, toMs }) => [{ xAxis: fromMs }, { xAxis: toMs }] as [object, object],
      ),
    },
  };
}

/** Full colour where all of the expected time was analysed, paler below, the hole's red where none was. */
function coverageSpan(window: CoverageWindow, palette: Palette, timeZone: string): TimeSpan {
  const { analysedMs, expectedMs } = window;
  const share = shareOf(analysedMs, expectedMs);
  return {
    ...window,
    color: coverageColor(window, palette),
    tooltip: tooltipRows(formatSpan(window, timeZone), [
      { label: 'Observed', value: share === null ? 'not expected' : formatShare(share) },
      { label: 'Analysed', value: formatDuration(analysedMs) },
      { label: 'Expected', value: formatDuration(expectedMs) },
    ]),
  };
}

const fullShare = 0.95;

function coverageColor(window: CoverageWindow, palette: Palette): string {
  const share = shareOf(window.analysedMs, window.expectedMs);
  if (share === null) return palette.line;
  if (isHole(window)) return palette.severities.bad;
  return share >= fullShare ? palette.severities.good : palette.severities.warning;
}
