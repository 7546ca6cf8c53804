import type { ByEmotionCounts } from '@emotion-fleet/contracts/api';
import type { BarSeriesOption } from 'echarts/charts';
import { emotionLabels, emotionOrder, sumByEmotion } from '../emotions.ts';
import { formatCount, formatShare, shareOf } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, tooltipRows, tooltipStyle, valueAxis } from './chart-style.ts';
import type { Chart } from './option.ts';

/** Samples by emotion as bars. */
export function toDistributionOption(samples: ByEmotionCounts, palette: Palette): Chart {
  const total = sumByEmotion(samples);
  const bars = emotionOrder.map((emotion) => ({
    name: emotionLabels[emotion],
    value: samples[emotion],
    itemStyle: { color: palette.emotions[emotion] },
  }));
  const series: BarSeriesOption = {
    type: 'bar',
    data: bars,
    barMaxWidth: 22,
    itemStyle: { borderRadius: [0, 3, 3, 0] },
    label: {
      show: true,
      position: 'right',
      color: palette.muted,
      formatter: ({ value }) => formatShare(shareOf(Number(value), total)),
    },
  };
  return {
    points: bars.filter(({ value }) => value > 0).length,
    option: {
      ...baseStyle(palette),
      grid: { left: 76, right: 56, top: 4, bottom: 22 },
      tooltip: {
        ...tooltipStyle(palette),
        formatter: (item) => {
          const { name, value, color } = item as { name: string; value: number; color: string };
          return tooltipRows('Samples', [
            { color, label: name, value: formatCount(value) },
            { label: 'Share', value: formatShare(shareOf(value, total)) },
          ]);
        },
      },
      xAxis: { ...valueAxis(palette), minInterval: 1, splitNumber: 4 },
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: palette.text },
      },
      series: [series],
    },
  };
}
