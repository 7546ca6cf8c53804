import type { TimelineWindow } from '@emotion-fleet/contracts/api';
import { emotionLabels, emotionOrder, sumByEmotion, type Emotion } from '../emotions.ts';
import { formatCount, formatDuration } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { valueAxis, type TooltipRow } from './chart-style.ts';
import type { Chart } from './option.ts';
import { middleOf, timelineFrame, type TimelineChartOptions } from './timeline-frame.ts';

/** Face-time by emotion, stacked, a bar per window. */
export function toFaceTimeTimelineOption(options: TimelineChartOptions): Chart {
  const { timeline, palette } = options;
  const { coverageAxis, coverageSeries, holes, ...frame } = timelineFrame(options, (window) =>
    describeWindow(window, palette),
  );
  const windows = timeline.windows;
  const tallestMs = Math.max(0, ...windows.map((window) => perStep(window, timeline.stepMs).total));
  const { unitMs, unit } = axisUnit(tallestMs);
  const bars = emotionOrder.map((emotion, index) => ({
    type: 'bar' as const,
    name: emotionLabels[emotion],
    stack: 'face-time',
    barCategoryGap: '18%',
    barMaxWidth: 28,
    itemStyle: { color: palette.emotions[emotion] },
    emphasis: { focus: 'none' as const },
    data: windows.map((window) => [
      middleOf(window),
      perStep(window, timeline.stepMs).of(emotion) / unitMs,
    ]),
    ...(index === 0 ? { markArea: holes } : {}),
  }));
  return {
    points: windows.filter((window) => sumByEmotion(window.faceTimeMs) > 0).length,
    option: {
      ...frame,
      yAxis: [
        {
          ...valueAxis(palette),
          gridIndex: 0,
          splitNumber: 4,
          // An axis of fractions of a second would make nothing look like something.
          ...(tallestMs === 0 ? { max: 10 } : {}),
          axisLabel: { color: palette.muted, formatter: `{value} ${unit}` },
        },
        coverageAxis,
      ],
      series: [...bars, coverageSeries],
    },
  };
}

/** A window that the privacy gate merged is longer than its neighbours; bars compare face-time per step. */
function perStep(window: TimelineWindow, stepMs: number) {
  const factor = stepMs / Math.max(stepMs, Date.parse(window.to) - Date.parse(window.from));
  return {
    total: sumByEmotion(window.faceTimeMs) * factor,
    of: (emotion: Emotion) => window.faceTimeMs[emotion] * factor,
  };
}

function axisUnit(tallestMs: number): { unitMs: number; unit: string } {
  if (tallestMs >= 3 * 3_600_000) return { unitMs: 3_600_000, unit: 'h' };
  if (tallestMs >= 3 * 60_000) return { unitMs: 60_000, unit: 'min' };
  return { unitMs: 1_000, unit: 's' };
}

function describeWindow(window: TimelineWindow, palette: Palette): TooltipRow[] {
  return [
    ...emotionOrder.map((emotion) => ({
      color: palette.emotions[emotion],
      label: emotionLabels[emotion],
      value: formatDuration(window.faceTimeMs[emotion]),
    })),
    { label: 'Visits seen', value: formatCount(window.visits) },
  ];
}
