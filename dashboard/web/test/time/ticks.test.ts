import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { formatTick, timeTicks } from '../../src/time/ticks.ts';

const dayMs = 86_400_000;

suite('ticks of a time axis', () => {
  test('stand in order within the range and never exceed their number', () => {
    const options = fc.record({
      fromMs: fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2040, 0, 1) }),
      lengthMs: fc.integer({ min: 60_000, max: 731 * dayMs }),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'),
      maxTicks: fc.integer({ min: 2, max: 16 }),
    });
    fc.assert(
      fc.property(options, ({ fromMs, lengthMs, timeZone, maxTicks }) => {
        const toMs = fromMs + lengthMs;
        const ticks = timeTicks({ fromMs, toMs, timeZone, maxTicks });
        assert.ok(ticks.length <= maxTicks);
        assert.ok(ticks.every((tick) => tick >= fromMs && tick <= toMs));
        assert.deepEqual(
          ticks,
          [...new Set(ticks)].toSorted((a, b) => a - b),
        );
      }),
    );
  });

  test('fall on round times of the zone, not of the browser', () => {
    const fromMs = Date.parse('2026-03-01T10:10:00Z');
    const ticks = timeTicks({
      fromMs,
      toMs: fromMs + dayMs,
      timeZone: 'Asia/Kolkata',
      maxTicks: 5,
    });
    assert.deepEqual(
      ticks.map((tick) => formatTick(tick, 'Asia/Kolkata')),
      ['18:00', '2 Mar', '06:00', '12:00'],
    );
  });

  test('stay on midnight when the clocks change', () => {
    const fromMs = Date.parse('2026-03-27T00:00:00Z');
    const options = { fromMs, toMs: fromMs + 5 * dayMs, timeZone: 'Europe/Berlin', maxTicks: 6 };
    const ticks = timeTicks(options).map((tick) => formatTick(tick, 'Europe/Berlin'));
    assert.deepEqual(ticks, ['28 Mar', '29 Mar', '30 Mar', '31 Mar', '1 Apr']);
  });
});
