import type { ByEmotionCounts } from '@emotion-fleet/contracts/api';
import type { PieSeriesOption } from 'echarts/charts';
import { emotionLabels, emotionOrder, sumByEmotion } from '../emotions.ts';
import { formatDuration, formatShare, shareOf } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, tooltipRows, tooltipStyle } from './chart-style.ts';
import type { Chart } from './option.ts';

/** Face-time by emotion as a ring; the total stands in its middle (drawn by the panel). */
export function toPieOption(faceTimeMs: ByEmotionCounts, palette: Palette): Chart {
  const total = sumByEmotion(faceTimeMs);
  const data = emotionOrder
    .filter((emotion) => faceTimeMs[emotion] > 0)
    .map((emotion) => ({
      name: emotionLabels[emotion],
      value: faceTimeMs[emotion],
      itemStyle: { color: palette.emotions[emotion] },
    }));
  // Named by its type: within the union of all series ESLint takes its style for the custom series' deprecated one.
  const series: PieSeriesOption = {
    type: 'pie',
    radius: ['68%', '94%'],
    data,
    label: { show: false },
    labelLine: { show: false },
    itemStyle: { borderColor: palette.surface, borderWidth: 2 },
    emphasis: { scaleSize: 3 },
  };
  return {
    points: data.length,
    option: {
      ...baseStyle(palette),
      tooltip: {
        ...tooltipStyle(palette),
        formatter: (item) => {
          const { name, value, color } = item as { name: string; value: number; color: string };
          return tooltipRows('Face-time', [
            { color, label: name, value: formatDuration(value) },
            { label: 'Share', value: formatShare(shareOf(value, total)) },
          ]);
        },
      },
      series: [series],
    },
  };
}
