import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { emotions } from '@emotion-fleet/contracts';
import { closeSlot, HourEntry, refreshSlot } from '../../src/windows/hour-entry.ts';
import { MinuteState } from '../../src/windows/minute-state.ts';
import { sample, startAt, visit } from '../support/records.ts';

const deviceId = 'cam-a';
const minuteMs = 60_000;
const change = fc.record({
  minute: fc.nat(59),
  x: fc.nat(550),
  emotion: fc.constantFrom(...emotions),
  score: fc.integer({ min: 1, max: 699_999 }),
  /** The minute's identities are let go of afterwards, as when it has been idle. */
  closes: fc.boolean(),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** An hour that minutes are merged into one by one, each with a sample and a visit. */
function growingHour() {
  const entry = new HourEntry({ deviceId, hour: startAt });
  const states = new Map<number, MinuteState>();
  let seq = 0;
  const merge = ({ minute, x, emotion, score, closes }: Change) => {
    const observedAt = startAt + minute * minuteMs;
    const state = states.get(minute) ?? new MinuteState();
    states.set(minute, state);
    const happy = score / 1e6;
    const scores = { happy, sad: 0.3, neutral: 0, other: 0.7 - happy };
    for (const record of [
      sample({ seq: seq++, observedAt, emotion, face: { x, y: 100, width: 50, height: 60 } }),
      visit({ seq: seq++, observedAt, startedAt: observedAt, scores }),
    ]) {
      state.merge({ deviceId, receivedAt: observedAt, record }, Infinity);
    }
    const slot = entry.openSlot(observedAt);
    slot.state = state;
    refreshSlot(slot);
    if (closes) closeSlot(slot);
    return entry.sums(observedAt);
  };
  /** The same minutes summed up by an entry that has seen none of it. */
  const anew = () => {
    const fresh = new HourEntry({ deviceId, hour: startAt });
    for (const [minute, state] of states) {
      const slot = fresh.openSlot(startAt + minute * minuteMs);
      slot.state = state;
      refreshSlot(slot);
    }
    return fresh.sums(startAt);
  };
  return { merge, anew };
}

suite('hour of a device', () => {
  test('equals the sum of its minutes to the last bit, in whatever order they change', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
        const { merge, anew } = growingHour();
        for (const one of changes) assert.deepEqual(merge(one), anew());
      }),
    );
  });

  test('keeps a stored grid of more samples than its minutes have', () => {
    const entry = new HourEntry({ deviceId, hour: startAt });
    entry.setStoredGrid(new Map([[7, [2, 0, 0, 0, 1]]]));
    const slot = entry.openSlot(startAt);
    slot.state = new MinuteState();
    slot.state.merge({ deviceId, receivedAt: startAt, record: sample() }, Infinity);
    refreshSlot(slot);
    assert.deepEqual(entry.sums(startAt).grid, new Map([[7, [2, 0, 0, 0, 1]]]));
  });
});
