import type { Heatmap } from '@emotion-fleet/contracts/api';
import type { HeatmapSeriesOption } from 'echarts/charts';
import { sumByEmotion, type Emotion } from '../emotions.ts';
import { formatCount } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, tooltipRows, tooltipStyle } from './chart-style.ts';
import type { Chart } from './option.ts';

/** Samples by cell of the frame, of one emotion or of all; empty cells stay empty. */
export function toHeatmapOption(
  heatmap: Heatmap,
  { palette, emotion }: { palette: Palette; emotion: Emotion | 'all' },
): Chart {
  const data = heatmap.cells
    .map(({ column, row, byEmotion }) => [
      column,
      row,
      emotion === 'all' ? sumByEmotion(byEmotion) : byEmotion[emotion],
    ])
    .filter(([, , samples = 0]) => samples > 0);
  const axis = {
    type: 'category' as const,
    axisLabel: { show: false },
    axisTick: { show: false },
    axisLine: { show: false },
    splitLine: { show: false },
  };
  const series: HeatmapSeriesOption = { type: 'heatmap', data, itemStyle: { borderRadius: 2 } };
  return {
    points: data.length,
    option: {
      ...baseStyle(palette),
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      tooltip: {
        ...tooltipStyle(palette),
        formatter: (item) => {
          const [column = 0, row = 0, samples = 0] = (item as { value: number[] }).value;
          const cell = `Column ${column + 1}, row ${row + 1}`;
          return tooltipRows(cell, [{ label: 'Samples', value: formatCount(samples) }]);
        },
      },
      xAxis: { ...axis, data: indices(heatmap.columns) },
      yAxis: { ...axis, inverse: true, data: indices(heatmap.rows) },
      visualMap: {
        type: 'continuous',
        show: false,
        min: 0,
        max: fullestCell(heatmap, emotion),
        inRange: { color: [...palette.heat] },
      },
      series: [series],
    },
  };
}

/** Samples in the fullest cell, at least 1: the upper end of the colour scale. */
export function fullestCell(heatmap: Heatmap, emotion: Emotion | 'all'): number {
  return heatmap.cells.reduce(
    (most, { byEmotion }) =>
      Math.max(most, emotion === 'all' ? sumByEmotion(byEmotion) : byEmotion[emotion]),
    1,
  );
}

function indices(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}
