import type { Positions } from '@emotion-fleet/contracts/api';
import { emotionLabels, emotionOrder } from '../emotions.ts';
import { formatDateTime, formatShare } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, tooltipRows, tooltipStyle } from './chart-style.ts';
import type { Chart } from './option.ts';

/** Where faces stood: centres in the frame, its top left corner at the top left. */
export function toPositionsOption(
  positions: Positions,
  { palette, timeZone }: { palette: Palette; timeZone: string },
): Chart {
  const axis = {
    type: 'value' as const,
    min: 0,
    max: 1,
    axisLabel: { show: false },
    axisTick: { show: false },
    axisLine: { show: false },
    splitLine: { lineStyle: { color: palette.line, type: 'dashed' as const } },
    interval: 0.25,
  };
  return {
    points: positions.points.length,
    option: {
      ...baseStyle(palette),
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      tooltip: tooltipStyle(palette),
      xAxis: axis,
      yAxis: { ...axis, inverse: true },
      series: emotionOrder.map((emotion) => {
        const points = positions.points.filter((point) => point.emotion === emotion);
        return {
          type: 'scatter' as const,
          name: emotionLabels[emotion],
          symbolSize: 7,
          color: palette.emotions[emotion],
          itemStyle: { opacity: 0.7 },
          data: points.map(({ x, y }) => [x, y]),
          tooltip: {
            formatter: (item: unknown) => {
              const point = points[(item as { dataIndex: number }).dataIndex];
              if (point === undefined) return '';
              return tooltipRows(formatDateTime(Date.parse(point.observedAt), timeZone), [
                {
                  color: palette.emotions[emotion],
                  label: emotionLabels[emotion],
                  value: `${formatShare(point.x)} from left, ${formatShare(point.y)} from top`,
                },
              ]);
            },
          },
        };
      }),
    },
  };
}
