import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Coverage, Heatmap, Positions } from '@emotion-fleet/contracts/api';
import { escapeHtml, tooltipRows } from '../../src/charts/chart-style.ts';
import { toDistributionOption } from '../../src/charts/distribution.ts';
import { fullestCell, toHeatmapOption } from '../../src/charts/heatmap.ts';
import { toPieOption } from '../../src/charts/pie.ts';
import { toPositionsOption } from '../../src/charts/positions.ts';
import { presenceStretches, toPresenceOption } from '../../src/charts/presence.ts';
import { toSparklineOption } from '../../src/charts/sparkline.ts';
import { palettes } from '../../src/theme/palette.ts';
import { counts, iso } from '../support/examples.ts';

const palette = palettes.light;
const firstSeries = ({ option }: { option: { series?: unknown } }) =>
  (option.series as { data: unknown[] }[])[0]!;

suite('pie and distribution', () => {
  test('draw the emotions that were seen, each in its own colour', () => {
    const chart = toPieOption(counts({ happy: 3_000, uncertain: 1_000 }), palette);
    assert.equal(chart.points, 2);
    assert.deepEqual(firstSeries(chart).data, [
      { name: 'Happy', value: 3_000, itemStyle: { color: palette.emotions.happy } },
      { name: 'Uncertain', value: 1_000, itemStyle: { color: palette.emotions.uncertain } },
    ]);
    assert.equal(toPieOption(counts(), palette).points, 0);
  });

  test('keep a bar for each emotion, so that bars stay where they are', () => {
    const chart = toDistributionOption(counts({ sad: 4 }), palette);
    assert.equal(chart.points, 1);
    assert.equal(firstSeries(chart).data.length, 5);
  });
});

suite('positions', () => {
  const point = { x: 0.25, y: 0.75, emotion: 'happy', observedAt: iso(0) } as const;
  const positions: Positions = {
    from: iso(0),
    to: iso(9),
    samples: 9,
    suppressed: false,
    points: [point, { ...point, emotion: 'sad' }],
  };
  const cell = { column: 3, row: 2, byEmotion: counts({ happy: 5, sad: 1 }) };
  const heatmap: Heatmap = {
    from: iso(0),
    to: iso(9),
    columns: 32,
    rows: 18,
    suppressed: false,
    cells: [cell, { ...cell, column: 4, byEmotion: counts({ sad: 2 }) }],
  };

  test('stand in the frame as the camera sees it: y grows downwards', () => {
    const chart = toPositionsOption(positions, { palette, timeZone: 'UTC' });
    assert.equal(chart.points, 2);
    assert.deepEqual(firstSeries(chart).data, [[0.25, 0.75]]);
    assert.equal((chart.option.yAxis as { inverse: boolean }).inverse, true);
  });

  test('add up by cell, for all emotions or for one', () => {
    const all = toHeatmapOption(heatmap, { palette, emotion: 'all' });
    assert.deepEqual(firstSeries(all).data, [
      [3, 2, 6],
      [4, 2, 2],
    ]);
    const happy = toHeatmapOption(heatmap, { palette, emotion: 'happy' });
    assert.deepEqual(firstSeries(happy).data, [[3, 2, 5]]);
    assert.equal(fullestCell(heatmap, 'all'), 6);
    assert.equal(fullestCell({ ...heatmap, cells: [] }, 'all'), 1);
  });
});

suite('presence', () => {
  const entry = (minute: number, cameraState: string) => ({
    from: iso(minute),
    to: iso(minute + 1),
    cameraState,
    analysedMs: 50_000,
    frames: { seen: 400, gated: 0, analysed: 300, dropped: 0 },
  });
  const coverage = {
    from: iso(0),
    to: iso(9),
    presence: [entry(1, 'ok'), entry(0, 'ok'), entry(2, 'dark'), entry(5, 'dark')],
  } as unknown as Coverage;

  test('joins neighbouring minutes in the same state, and nothing across a hole', () => {
    const stretches = presenceStretches(coverage);
    assert.deepEqual(
      stretches.map(({ cameraState, analysedMs }) => [cameraState, analysedMs]),
      [
        ['ok', 100_000],
        ['dark', 50_000],
        ['dark', 50_000],
      ],
    );
    const chart = toPresenceOption({ coverage, palette, timeZone: 'UTC', widthPx: 600 });
    assert.equal(chart.points, 3);
  });
});

suite('tooltips and sparklines', () => {
  test('never let text become markup', () => {
    assert.equal(escapeHtml(`<b>"&'`), '&lt;b&gt;&quot;&amp;&#39;');
    assert.doesNotMatch(
      tooltipRows('<i>', [{ label: '<img>', value: '<script>' }]),
      /<(img|script)/,
    );
  });

  test('count measured points only', () => {
    const chart = toSparklineOption({
      label: 'Finding faces',
      points: [
        [0, 1],
        [1, null],
      ],
      format: String,
      palette,
      timeZone: 'UTC',
    });
    assert.equal(chart.points, 1);
  });
});
