import { formatClockSeconds } from '../format.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, tooltipRows, tooltipStyle } from './chart-style.ts';
import type { Chart } from './option.ts';

export interface SparklineOptions {
  readonly label: string;
  /** Time in ms and value; null where nothing was measured. */
  readonly points: readonly (readonly [number, number | null])[];
  readonly format: (value: number) => string;
  readonly palette: Palette;
  readonly timeZone: string;
}

/** One health figure over its last hour; the axis starts at 0, so that small changes look small. */
export function toSparklineOption(options: SparklineOptions): Chart {
  const { label, points, format, palette, timeZone } = options;
  return {
    points: points.filter(([, value]) => value !== null).length,
    option: {
      ...baseStyle(palette),
      animation: false,
      grid: { left: 2, right: 2, top: 4, bottom: 2 },
      tooltip: {
        ...tooltipStyle(palette),
        trigger: 'axis',
        formatter: (items) => {
          const [item] = items as unknown as { value: [number, number | null] }[];
          if (item === undefined) return '';
          const [atMs, value] = item.value;
          const text = value === null ? 'not measured' : format(value);
          return tooltipRows(formatClockSeconds(atMs, timeZone), [{ label, value: text }]);
        },
      },
      xAxis: { type: 'value', show: false, min: 'dataMin', max: 'dataMax' },
      yAxis: { type: 'value', show: false, min: 0 },
      series: [
        {
          type: 'line',
          data: points.map(([atMs, value]) => [atMs, value]),
          showSymbol: points.length < 3,
          color: palette.accent,
          lineStyle: { width: 1.5 },
          areaStyle: { opacity: 0.12 },
        },
      ],
    },
  };
}
