import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { init } from 'echarts';
import { toFaceTimeTimelineOption } from '../../src/charts/face-time-timeline.ts';
import { toHappyTimelineOption } from '../../src/charts/happy-timeline.ts';
import type { Chart } from '../../src/charts/option.ts';
import { palettes } from '../../src/theme/palette.ts';
import {
  counts,
  iso,
  meanScores,
  minuteMs,
  startMs,
  timeline,
  timelineWindow,
} from '../support/examples.ts';

interface Series {
  name?: string;
  type: string;
  data: (number | null)[][];
  markArea?: { data: unknown[] };
}

const nowMs = startMs + 1_000 * minuteMs;
const look = { palette: palettes.light, timeZone: 'UTC', nowMs, widthPx: 800 };

function seriesOf({ option }: Chart): Series[] {
  return option.series as unknown as Series[];
}

function tooltipAt({ option }: Chart, atMs: number): string {
  const { formatter } = option.tooltip as { formatter: (items: unknown) => string };
  return formatter([{ axisValue: atMs }]);
}

suite('timeline of face-time', () => {
  test('stacks a bar per window and emotion, in seconds while there is little', () => {
    const window = timelineWindow(0, { faceTimeMs: counts({ happy: 12_000, sad: 3_000 }) });
    const chart = toFaceTimeTimelineOption({ timeline: timeline(2, [window]), ...look });
    assert.equal(chart.points, 1);
    const happy = seriesOf(chart).find(({ name }) => name === 'Happy');
    assert.deepEqual(happy?.data, [[startMs + minuteMs / 2, 12]]);
  });

  test('compares a window that was merged with its neighbours by face-time per step', () => {
    const merged = timelineWindow(0, { to: iso(4), faceTimeMs: counts({ happy: 40_000 }) });
    const chart = toFaceTimeTimelineOption({ timeline: timeline(4, [merged]), ...look });
    assert.deepEqual(seriesOf(chart)[0]?.data, [[startMs + 2 * minuteMs, 10]]);
  });

  test('has bars and the strip of coverage on the same time', () => {
    const windows = [0, 1, 2].map((at) =>
      timelineWindow(at, { faceTimeMs: counts({ happy: 9_000 }) }),
    );
    const { option } = toFaceTimeTimelineOption({ timeline: timeline(3, windows), ...look });
    const drawn = init(null, null, { renderer: 'svg', ssr: true, width: 800, height: 272 });
    drawn.setOption(option);
    const pixels = [startMs, startMs + minuteMs].map((atMs) =>
      [0, 1].map((xAxisIndex) => drawn.convertToPixel({ xAxisIndex }, atMs)),
    );
    drawn.dispose(); // Before anything can fail: its clock would keep the process.
    for (const [bars, strip] of pixels) assert.equal(bars, strip);
  });

  test('shades what was not observed', () => {
    const windows = [timelineWindow(0), timelineWindow(3)];
    const chart = toFaceTimeTimelineOption({ timeline: timeline(4, windows), ...look });
    assert.equal(seriesOf(chart)[0]?.markArea?.data.length, 1);
  });

  test('speaks of the window under the pointer and of its coverage', () => {
    const window = timelineWindow(1, { visits: 7, analysedMs: 30_000 });
    const chart = toFaceTimeTimelineOption({ timeline: timeline(3, [window]), ...look });
    const inWindow = tooltipAt(chart, startMs + 1.5 * minuteMs);
    assert.match(inWindow, /09:01 to 09:02/);
    assert.match(inWindow, /Visits seen.*>7</);
    assert.match(inWindow, /Observed.*>50 %</);
    const inHole = tooltipAt(chart, startMs + 2.5 * minuteMs);
    assert.match(inHole, /Observed.*>0 %</);
    assert.doesNotMatch(inHole, /Visits seen/);
  });
});

suite('timeline of the mean happy score', () => {
  test('draws the interval as a band where there is one', () => {
    const scored = meanScores({ value: 0.5, low: 0.4, high: 0.7, clusters: 12 });
    const windows = [
      timelineWindow(0, { meanScore: scored }),
      timelineWindow(1, { meanScore: meanScores({ value: 0.6, clusters: 3 }) }),
      timelineWindow(2),
    ];
    const chart = toHappyTimelineOption({ timeline: timeline(3, windows), ...look });
    assert.equal(chart.points, 2);
    const [low, height, mean] = seriesOf(chart).map(({ data }) => data.map(([, value]) => value));
    assert.deepEqual(low, [0.4, null, null]);
    assert.ok(Math.abs((height?.[0] ?? 0) - 0.3) < 1e-9);
    assert.deepEqual(height?.slice(1), [null, null]);
    assert.deepEqual(mean, [0.5, 0.6, null]);
    assert.match(tooltipAt(chart, startMs + 1.5 * minuteMs), /too little data/);
  });
});
