import type { TimelineWindow } from '@emotion-fleet/contracts/api';
import { formatCount, formatScore, formatSpan } from '../format.ts';
import { tooltipRows, valueAxis } from './chart-style.ts';
import { isHole } from './coverage-windows.ts';
import type { Chart } from './option.ts';
import { timelineFrame, type TimelineChartOptions } from './timeline-frame.ts';

type Point = [number, number | null];

/** Mean happy score per readable visit, with its interval as a band where there is one. Holes break the line. */
export function toHappyTimelineOption(options: TimelineChartOptions): Chart {
  const { timeline, palette, timeZone } = options;
  const { coverageAxis, coverageSeries, holes, ...frame } = timelineFrame(options);
  const windows = timeline.windows;
  const color = palette.emotions.happy;
  const band = {
    type: 'line' as const,
    stack: 'interval',
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
  };
  return {
    points: windows.filter(({ meanScore }) => meanScore.happy.value !== null).length,
    option: {
      ...frame,
      yAxis: [
        { ...valueAxis(palette), gridIndex: 0, min: 0, max: 1, interval: 0.25 },
        coverageAxis,
      ],
      series: [
        {
          ...band,
          data: windows.map((window) => [middleOf(window), lowOf(window)] satisfies Point),
        },
        {
          ...band,
          areaStyle: { color, opacity: 0.22 },
          data: windows.map((window) => [middleOf(window), heightOf(window)] satisfies Point),
        },
        {
          type: 'line',
          name: 'Mean happy score',
          data: windows.map((window) => [middleOf(window), valueOf(window)] satisfies Point),
          color,
          lineStyle: { width: 2 },
          symbol: 'circle',
          symbolSize: 6,
          showAllSymbol: true,
          connectNulls: false,
          markArea: holes,
          tooltip: {
            formatter: (item: unknown) => {
              const window = windows[(item as { dataIndex: number }).dataIndex];
              return window === undefined ? '' : describeWindow(window, timeZone);
            },
          },
        },
        coverageSeries,
      ],
    },
  };
}

function valueOf(window: TimelineWindow): number | null {
  const span = { fromMs: Date.parse(window.from), toMs: Date.parse(window.to) };
  return isHole({ ...span, ...window }) ? null : window.meanScore.happy.value;
}

function lowOf({ meanScore: { happy } }: TimelineWindow): number | null {
  return happy.high === null ? null : happy.low;
}

function heightOf({ meanScore: { happy } }: TimelineWindow): number | null {
  return happy.low === null || happy.high === null ? null : happy.high - happy.low;
}

function middleOf({ from, to }: TimelineWindow): number {
  return (Date.parse(from) + Date.parse(to)) / 2;
}

function describeWindow(window: TimelineWindow, timeZone: string): string {
  const { happy } = window.meanScore;
  const interval =
    happy.low === null || happy.high === null
      ? 'too little data'
      : `${formatScore(happy.low)} to ${formatScore(happy.high)}`;
  const span = { fromMs: Date.parse(window.from), toMs: Date.parse(window.to) };
  return tooltipRows(formatSpan(span, timeZone), [
    { label: 'Mean happy score', value: formatScore(happy.value) },
    { label: '95 % interval', value: interval },
    { label: 'Readable visits', value: formatCount(window.readableVisits) },
  ]);
}
