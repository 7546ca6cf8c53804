import type { CustomSeriesOption } from 'echarts/charts';

/** A coloured stretch of time in a strip. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly color: string;
  /** HTML of its tooltip; a chart with a tooltip of its own needs none. */
  readonly tooltip?: string;
}

type RenderItem = NonNullable<CustomSeriesOption['renderItem']>;

/** Stretches of time as one row of rectangles that fills the height of its grid. */
export function spanSeries(
  spans: readonly TimeSpan[],
  axes: { xAxisIndex: number; yAxisIndex: number },
): CustomSeriesOption {
  const renderItem: RenderItem = (params, api) => {
    const span = spans[params.dataIndex];
    if (span === undefined) return null;
    const [left = 0, top = 0] = api.coord([span.fromMs, 1]);
    const [right = 0, bottom = 0] = api.coord([span.toMs, 0]);
    const area = params.coordSys as unknown as { x: number; width: number };
    // Whole pixels: a soft edge between neighbours would draw a fence, and strips are meant to look whole.
    const x = Math.round(Math.max(left, area.x));
    const end = Math.round(Math.min(right, area.x + area.width));
    return {
      type: 'rect',
      shape: { x, y: top, width: Math.max(end - x, 1), height: bottom - top },
      style: { fill: span.color },
    };
  };
  return {
    type: 'custom',
    ...axes,
    renderItem,
    animation: false,
    encode: { x: [0, 1], y: -1 },
    data: spans.map(({ fromMs, toMs }) => [fromMs, toMs]),
    tooltip: {
      formatter: (item) => {
        const { dataIndex } = item as { dataIndex: number };
        return spans[dataIndex]?.tooltip ?? '';
      },
    },
  };
}
