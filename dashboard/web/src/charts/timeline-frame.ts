import type { Timeline, TimelineWindow } from '@emotion-fleet/contracts/api';
import { formatShare, formatSpan, shareOf } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, timeAxis, tooltipRows, tooltipStyle, type TooltipRow } from './chart-style.ts';
import {
  coverageKind,
  coverageWindows,
  holeSpans,
  type CoverageWindow,
} from './coverage-windows.ts';
import { spanSeries } from './spans.ts';

export interface TimelineChartOptions {
  readonly timeline: Timeline;
  readonly palette: Palette;
  readonly timeZone: string;
  readonly nowMs: number;
  /** Of the whole chart, in CSS pixels. */
  readonly widthPx: number;
}

// Room at the right for half of a label that stands at the very end.
const [plotLeft, plotRight] = [58, 22];

/**
 * Two grids on one time: the plot, and below it the strip that says how much of the time was observed. The tooltip
 * speaks of the window under the pointer, with the rows that `describe` gives and its coverage.
 */
export function timelineFrame(
  options: TimelineChartOptions,
  describe: (window: TimelineWindow) => TooltipRow[],
) {
  const { timeline, palette, timeZone, nowMs, widthPx } = options;
  const span = { fromMs: Date.parse(timeline.from), toMs: Date.parse(timeline.to) };
  const coverage = coverageWindows(timeline, nowMs);
  const axis = timeAxis({ span, timeZone, palette, widthPx: widthPx - plotLeft - plotRight });
  const side = { left: plotLeft, right: plotRight, outerBoundsMode: 'none' as const };
  return {
    ...baseStyle(palette),
    tooltip: {
      ...tooltipStyle(palette),
      trigger: 'axis' as const,
      axisPointer: { type: 'line' as const, lineStyle: { color: palette.muted } },
      formatter: (items: unknown) => {
        const [item] = items as { axisValue: number }[];
        const covered = coverage.find(
          (window) => item !== undefined && isIn(window, item.axisValue),
        );
        if (covered === undefined) return '';
        const window = timeline.windows.find(({ from }) => Date.parse(from) === covered.fromMs);
        return tooltipRows(formatSpan(covered, timeZone), [
          ...(window === undefined ? [] : describe(window)),
          { label: 'Observed', value: describeCoverage(covered, nowMs) },
        ]);
      },
    },
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
      coverage.map((window) => ({
        ...window,
        color: palette.coverage[coverageKind(window, nowMs)],
      })),
      { xAxisIndex: 1, yAxisIndex: 1 },
    ),
    holes: {
      silent: true,
      itemStyle: { color: palette.hole },
      data: holeSpans(coverage, nowMs).map(
        ({ fromMs, toMs }) => [{ xAxis: fromMs }, { xAxis: toMs }] as [object, object],
      ),
    },
  };
}

/** Where a window's bar or point stands. */
export function middleOf({ from, to }: TimelineWindow): number {
  return (Date.parse(from) + Date.parse(to)) / 2;
}

function isIn({ fromMs, toMs }: CoverageWindow, atMs: number): boolean {
  return fromMs <= atMs && atMs < toMs;
}

function describeCoverage(window: CoverageWindow, nowMs: number): string {
  const kind = coverageKind(window, nowMs);
  if (kind === 'not_expected') return 'not expected';
  if (kind === 'not_yet') return 'not reported yet';
  return formatShare(shareOf(window.analysedMs, window.expectedMs));
}
