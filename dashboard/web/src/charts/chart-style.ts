import { fontFamily } from '../theme/naive.ts';
import type { Palette } from '../theme/palette.ts';
import { formatTick, timeTicks } from '../time/ticks.ts';
import type { Span } from '../time/range.ts';

/** What every chart shares: quiet type, no animation on refresh that would distract. */
export function baseStyle(palette: Palette) {
  return {
    backgroundColor: 'transparent',
    textStyle: { fontFamily, color: palette.muted, fontSize: 12 },
    animationDuration: 300,
    animationDurationUpdate: 200,
  };
}

export function tooltipStyle(palette: Palette) {
  return {
    backgroundColor: palette.raised,
    borderColor: palette.line,
    padding: [8, 10],
    textStyle: { color: palette.text, fontSize: 12, fontFamily },
    extraCssText: 'box-shadow: 0 4px 16px rgba(0, 0, 0, 0.18); border-radius: 6px;',
    confine: true,
  };
}

export interface TimeAxisOptions {
  readonly span: Span;
  readonly timeZone: string;
  /** Width of the chart in CSS pixels; undefined before it is measured. */
  readonly widthPx: number;
  readonly palette: Palette;
}

const pixelsPerTick = 56;

/** An axis with ticks at round times of `timeZone`; ECharts itself knows only the browser's zone and UTC. */
export function timeAxis({ span, timeZone, widthPx, palette }: TimeAxisOptions) {
  const maxTicks = Math.max(2, Math.floor(widthPx / pixelsPerTick));
  const ticks = timeTicks({ ...span, timeZone, maxTicks });
  return {
    type: 'value' as const,
    min: span.fromMs,
    max: span.toMs,
    // With bars on it ECharts would widen the axis by half a bar at each end, and only this one of two that must agree.
    containShape: false,
    splitLine: { show: false },
    axisLine: { show: true, onZero: false, lineStyle: { color: palette.line } },
    axisTick: { show: true, customValues: ticks, lineStyle: { color: palette.line } },
    axisLabel: {
      customValues: ticks,
      color: palette.muted,
      hideOverlap: true,
      formatter: (value: number) => formatTick(value, timeZone),
    },
  };
}

export function valueAxis(palette: Palette) {
  return {
    type: 'value' as const,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette.muted },
  };
}

export interface TooltipRow {
  readonly color?: string;
  readonly label: string;
  readonly value: string;
}

/** Rows of a tooltip as HTML. Labels are our own words or escaped. */
export function tooltipRows(title: string, rows: readonly TooltipRow[]): string {
  const lines = rows.map(({ color, label, value }) => {
    const mark =
      color === undefined
        ? ''
        : `<i style="display:inline-block;width:8px;height:8px;border-radius:2px;margin-right:6px;background:${color}"></i>`;
    return `<div style="display:flex;justify-content:space-between;gap:16px"><span>${mark}${escapeHtml(label)}</span><b style="font-weight:600;font-variant-numeric:tabular-nums">${escapeHtml(value)}</b></div>`;
  });
  return `<div style="margin-bottom:4px;opacity:.75">${escapeHtml(title)}</div>${lines.join('')}`;
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
