import type { Coverage } from '@emotion-fleet/contracts/api';
import { formatCount, formatDuration, formatSpan } from '../format.ts';
import { cameraStateLabel } from '../states.ts';
import type { Palette } from '../theme/palette.ts';
import { baseStyle, timeAxis, tooltipRows, tooltipStyle } from './chart-style.ts';
import type { CoverageKind } from './coverage-windows.ts';
import type { Chart } from './option.ts';
import { spanSeries, type TimeSpan } from './spans.ts';

export interface PresenceChartOptions {
  readonly coverage: Coverage;
  readonly palette: Palette;
  readonly timeZone: string;
  readonly widthPx: number;
}

/** A stretch in which a camera said the same thing about itself. */
export interface PresenceStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly cameraState: string;
  readonly analysedMs: number;
  readonly framesAnalysed: number;
}

/** Records arrive a few seconds apart from the whole minute; a smaller distance than this is no hole. */
const joinWithinMs = 5_000;

/** What the camera said about itself, minute by minute; what is blank was not reported. */
export function toPresenceOption(options: PresenceChartOptions): Chart {
  const { coverage, palette, timeZone, widthPx } = options;
  const span = { fromMs: Date.parse(coverage.from), toMs: Date.parse(coverage.to) };
  const stretches = presenceStretches(coverage);
  return {
    points: stretches.length,
    option: {
      ...baseStyle(palette),
      tooltip: tooltipStyle(palette),
      grid: { left: 8, right: 8, top: 4, bottom: 26 },
      xAxis: timeAxis({ span, timeZone, palette, widthPx: widthPx - 16 }),
      yAxis: { type: 'value', min: 0, max: 1, show: false },
      series: [
        spanSeries(
          stretches.map((stretch) => presenceSpan(stretch, palette, timeZone)),
          { xAxisIndex: 0, yAxisIndex: 0 },
        ),
      ],
    },
  };
}

/** Neighbouring minutes in the same state as one stretch each. */
export function presenceStretches({ presence = [] }: Coverage): PresenceStretch[] {
  const stretches: PresenceStretch[] = [];
  for (const entry of presence.toSorted((a, b) => Date.parse(a.from) - Date.parse(b.from))) {
    const [fromMs, toMs] = [Date.parse(entry.from), Date.parse(entry.to)];
    const last = stretches.at(-1);
    const joins =
      last?.cameraState === entry.cameraState && Math.abs(fromMs - last.toMs) <= joinWithinMs;
    if (joins) stretches.pop();
    stretches.push({
      fromMs: joins ? last.fromMs : fromMs,
      toMs,
      cameraState: entry.cameraState,
      analysedMs: entry.analysedMs + (joins ? last.analysedMs : 0),
      framesAnalysed: entry.frames.analysed + (joins ? last.framesAnalysed : 0),
    });
  }
  return stretches;
}

const kinds: Record<string, CoverageKind> = {
  ok: 'observed',
  lost: 'none',
  paused: 'not_expected',
};

/** In every state but these three a camera is there and sees nothing; it shares the colour of part coverage. */
export function cameraStateKind(state: string): CoverageKind {
  return kinds[state] ?? 'part';
}

function presenceSpan(stretch: PresenceStretch, palette: Palette, timeZone: string): TimeSpan {
  const color = palette.coverage[cameraStateKind(stretch.cameraState)];
  return {
    ...stretch,
    color,
    tooltip: tooltipRows(formatSpan(stretch, timeZone), [
      { color, label: 'Camera', value: cameraStateLabel(stretch.cameraState) },
      { label: 'Analysed', value: formatDuration(stretch.analysedMs) },
      { label: 'Frames analysed', value: formatCount(stretch.framesAnalysed) },
    ]),
  };
}
