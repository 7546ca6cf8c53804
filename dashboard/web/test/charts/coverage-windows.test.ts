import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { coverageKind, coverageWindows, holeSpans } from '../../src/charts/coverage-windows.ts';
import { minuteMs, startMs, timeline, timelineWindow } from '../support/examples.ts';

const longAfter = startMs + 1_000 * minuteMs;
const at = (minute: number) => startMs + minute * minuteMs;

suite('coverage windows', () => {
  test('cover the range without holes, whatever the answer leaves out', () => {
    const sparse = timeline(10, [timelineWindow(5), timelineWindow(2)]);
    const windows = coverageWindows(sparse, longAfter);
    assert.equal(windows[0]?.fromMs, at(0));
    assert.equal(windows.at(-1)?.toMs, at(10));
    for (const [index, window] of windows.entries()) {
      assert.equal(window.toMs, windows[index + 1]?.fromMs ?? at(10));
    }
  });

  test('show a stretch without data as a hole', () => {
    const windows = coverageWindows(timeline(4, [timelineWindow(0), timelineWindow(3)]), longAfter);
    assert.deepEqual(holeSpans(windows, longAfter), [{ fromMs: at(1), toMs: at(3) }]);
  });

  test('join neighbouring holes', () => {
    const blind = [0, 1, 2].map((minute) => timelineWindow(minute, { analysedMs: 0 }));
    const windows = coverageWindows(timeline(4, [...blind, timelineWindow(3)]), longAfter);
    assert.deepEqual(holeSpans(windows, longAfter), [{ fromMs: at(0), toMs: at(3) }]);
  });

  test('see no hole in the future, in closed hours, or in what cannot have been reported yet', () => {
    const closed = timelineWindow(0, { expectedMs: 0, analysedMs: 0 });
    const running = timelineWindow(1, { analysedMs: 0 });
    const nowMs = at(2);
    const windows = coverageWindows(timeline(60, [closed, running]), nowMs);
    assert.equal(windows.at(-1)?.toMs, nowMs);
    assert.deepEqual(
      windows.map((window) => coverageKind(window, nowMs)),
      ['not_expected', 'not_yet'],
    );
    assert.deepEqual(holeSpans(windows, nowMs), []);
  });

  test('measure a running hour by what can have been reported of it', () => {
    const halfAnHour = startMs + 30 * minuteMs;
    const running = { fromMs: startMs, toMs: startMs + 60 * minuteMs, expectedMs: 30 * minuteMs };
    const kindOf = (analysedMs: number) => coverageKind({ ...running, analysedMs }, halfAnHour);
    assert.equal(kindOf(26 * minuteMs), 'observed');
    assert.equal(kindOf(15 * minuteMs), 'part');
    assert.equal(kindOf(0), 'none');
  });

  test('tell full coverage from part of it', () => {
    const kinds = [60_000, 55_000, 30_000, 0].map((analysedMs) => {
      const [window] = coverageWindows(timeline(1, [timelineWindow(0, { analysedMs })]), longAfter);
      return coverageKind(window!, longAfter);
    });
    assert.deepEqual(kinds, ['observed', 'observed', 'part', 'none']);
  });
});
