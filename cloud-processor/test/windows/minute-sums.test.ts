import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { outboxMaxAgeMs, type DeviceRecord } from '@emotion-fleet/contracts';
import { isTooLate, MinuteSums } from '../../src/windows/minute-sums.ts';
import { gap, presence, sample, startAt, visit } from '../support/records.ts';

function sumsOf(records: readonly DeviceRecord[]) {
  const sums = new MinuteSums();
  for (const record of records) sums.add(record);
  return sums.values();
}

suite('minute sums', () => {
  test('counts samples and face-time by emotion', () => {
    const { samples, faceTimeMs } = sumsOf([
      sample({ durationMs: 700 }),
      sample({ emotion: 'uncertain', uncertainReason: 'too_small', durationMs: 300 }),
    ]);
    assert.deepEqual(samples, { happy: 1, sad: 0, neutral: 0, other: 0, uncertain: 1 });
    assert.deepEqual(faceTimeMs, { happy: 700, sad: 0, neutral: 0, other: 0, uncertain: 300 });
  });

  test('takes scores of readable visits alone', () => {
    const scores = { happy: 0.25, sad: 0.25, neutral: 0.5, other: 0 };
    const {
      scores: _,
      visits,
      readableVisits,
      ...rest
    } = sumsOf([
      visit({ readableMs: 999 }),
      visit({ readableMs: 1_000, scores }),
      visit({ readableMs: 0 }),
    ]);
    assert.equal(rest.records.stored, 3);
    assert.deepEqual([visits, readableVisits], [3, 1]);
    assert.deepEqual(_.sum, scores);
    assert.deepEqual(_.sumOfSquares, { happy: 0.0625, sad: 0.0625, neutral: 0.25, other: 0 });
  });

  test('adds up analysed time and frames, and counts what gaps declare', () => {
    const values = sumsOf([
      presence(),
      presence({ analysedMs: 2_000 }),
      gap({ fromSeq: 5, toSeq: 9 }),
    ]);
    assert.equal(values.analysedMs, 60_000);
    assert.deepEqual(values.frames, { seen: 600, gated: 200, analysed: 380, dropped: 20 });
    assert.deepEqual(values.records, { stored: 3, declared: 5, rejected: 0, tooLate: 0 });
  });

  test('gives the same to the last bit in any order', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    const visits = fc.array(
      score.map((happy) => visit({ scores: { happy, sad: 1 - happy, neutral: 0, other: 0 } })),
    );
    fc.assert(
      fc.property(visits, (records) => {
        assert.deepEqual(sumsOf(records), sumsOf(records.toReversed()));
      }),
    );
  });

  test('a record is too late by its own times, a visit by its start', () => {
    const late = (record: DeviceRecord, receivedAt: number) =>
      isTooLate({ deviceId: 'cam-a', receivedAt, record }, outboxMaxAgeMs);
    assert.equal(late(sample(), startAt + outboxMaxAgeMs), false);
    assert.equal(late(sample(), startAt + outboxMaxAgeMs + 1), true);
    assert.equal(late(visit({ startedAt: startAt - 1 }), startAt + outboxMaxAgeMs), true);
  });
});
