import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WriteBudget } from '../../src/wear/write-budget.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

function budgetOf(maxBytesPerHour: number) {
  const time = { nowMs: 0 };
  return { time, budget: new WriteBudget({ maxBytesPerHour, nowMs: () => time.nowMs }) };
}

describe('WriteBudget', () => {
  it('counts the running minute and the 60 before it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ passedMs: fc.nat(2 * hourMs), bytes: fc.nat(1e6) }), {
          maxLength: 50,
        }),
        (writes) => {
          const { time, budget } = budgetOf(1e9);
          const noted: { minute: number; bytes: number }[] = [];
          for (const { passedMs, bytes } of writes) {
            time.nowMs += passedMs;
            budget.note(bytes);
            noted.push({ minute: Math.floor(time.nowMs / minuteMs), bytes });
            const first = Math.floor(time.nowMs / minuteMs) - 60;
            const expected = noted
              .filter(({ minute }) => minute >= first)
              .reduce((sum, write) => sum + write.bytes, 0);
            assert.equal(budget.writtenBytesLastHour, expected);
          }
        },
      ),
    );
  });

  it('goes on with the minutes of a process before it, each for its own hour', () => {
    const { time, budget } = budgetOf(1e9);
    time.nowMs = 10 * minuteMs;
    budget.note(100);
    time.nowMs = 20 * minuteMs;
    budget.note(20);
    const next = budgetOf(1e9);
    next.time.nowMs = 22 * minuteMs;
    next.budget.goOn(budget.writtenMinutes);
    next.budget.note(3);
    assert.equal(next.budget.writtenBytesLastHour, 123);
    assert.equal(next.budget.totalBytes, 3);
    next.time.nowMs = 71 * minuteMs;
    assert.equal(next.budget.writtenBytesLastHour, 23);
    next.time.nowMs = 83 * minuteMs;
    assert.equal(next.budget.writtenBytesLastHour, 0);
  });

  it('counts nothing of a process before it that is older than an hour', () => {
    const { time, budget } = budgetOf(1e9);
    for (let minute = 0; minute <= 60; minute += 1) {
      time.nowMs = minute * minuteMs;
      budget.note(1);
    }
    const next = budgetOf(1e9);
    next.time.nowMs = 90 * minuteMs;
    next.budget.goOn(budget.writtenMinutes);
    assert.equal(next.budget.writtenBytesLastHour, 31);
  });

  it('counts the time since this start alone where the machine was started anew', () => {
    const { time, budget } = budgetOf(1e9);
    time.nowMs = 5 * hourMs;
    budget.note(100);
    const next = budgetOf(1e9);
    next.time.nowMs = 2 * minuteMs;
    next.budget.goOn(budget.writtenMinutes);
    next.time.nowMs = 60 * minuteMs;
    assert.equal(next.budget.writtenBytesLastHour, 100);
    next.time.nowMs = 61 * minuteMs;
    assert.equal(next.budget.writtenBytesLastHour, 0);
  });

  it('stretches nothing before half of it is used, then the syncs, then the samples', () => {
    const stretches = [0, 0.5, 0.55, 0.7, 0.85, 1, 5].map((share) => {
      const { budget } = budgetOf(1_000);
      budget.note(share * 1_000);
      return [budget.flushStretch, budget.sampleStretch].map(Math.round);
    });
    assert.deepEqual(stretches, [
      [1, 1],
      [1, 1],
      [6, 1],
      [10, 1],
      [10, 32],
      [10, 1_024],
      [10, 1_024],
    ]);
  });

  it('holds for twenty faces whose emotion changes with each analysis', () => {
    const [recordBytes, syncBytes, syncsPerSecond] = [460, 24_000, 5];
    const anything = fc.record({
      samplesPerSecond: fc.double({ min: 0, max: 100, noNaN: true }),
      budgetMb: fc.integer({ min: 150, max: 500 }),
    });
    fc.assert(
      fc.property(anything, ({ samplesPerSecond, budgetMb }) => {
        const { time, budget } = budgetOf(budgetMb * 1e6);
        for (let second = 0; second < 3 * 3_600; second += 1) {
          time.nowMs += 1_000;
          const samples = samplesPerSecond / budget.sampleStretch;
          const syncs = Math.min(samples, syncsPerSecond / budget.flushStretch);
          budget.note(samples * recordBytes + syncs * syncBytes);
          assert.ok(budget.writtenBytesLastHour <= budgetMb * 1e6);
        }
      }),
      { numRuns: 50 },
    );
  });
});
