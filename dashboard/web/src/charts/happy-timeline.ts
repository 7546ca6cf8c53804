import type { TimelineWindow } from '@emotion-fleet/contracts/api';
import { formatCount, formatScore } from '../format.ts';
import { valueAxis, type TooltipRow } from './chart-style.ts';
import type { Chart } from './option.ts';
import { middleOf, timelineFrame, type TimelineChartOptions } from './timeline-frame.ts';

/** Above this, points of full size would run into each other. */
const manyWindows = 72;

type Point = [number, number | null];

/** Mean happy score per readable visit, with its interval as a band where there is one. Holes break the line. */
export function toHappyTimelineOption(options: TimelineChartOptions): Chart {
  const { timeline, palette } = options;
  const { coverageAxis, coverageSeries, holes, ...frame } = timelineFrame(options, describeWindow);
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
          symbolSize: windows.length > manyWindows ? 3 : 6,
          showAllSymbol: true,
          connectNulls: false,
          markArea: holes,
        },
        coverageSeries,
      ],
    },
  };
}

function valueOf({ meanScore: { happy } }: TimelineWindow): number | null {
  return happy.value;
}

function lowOf({ meanScore: { happy } }: TimelineWindow): number | null {
  return happy.high === null ? null : happy.low;
}

function heightOf({ meanScore: { happy } }: TimelineWindow): number | null {
  return happy.low === null || happy.high === null ? null : happy.high - happy.low;
}

function describeWindow({ meanScore: { happy }, readableVisits }: TimelineWindow): TooltipRow[] {
  const hasInterval = happy.low !== null && happy.high !== null;
  const interval = `${formatScore(happy.low)} to ${formatScore(happy.high)}`;
  return [
    { label: 'Mean happy score', value: formatScore(happy.value) },
    { label: '95 % interval', value: hasInterval ? interval : 'too little data' },
    { label: 'Readable visits', value: formatCount(readableVisits) },
  ];
}
