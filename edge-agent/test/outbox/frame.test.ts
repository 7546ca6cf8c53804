import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  encodeRecord,
  encodeSegmentHead,
  framesIn,
  type StoredRecord,
} from '../../src/outbox/frame.ts';

const time = fc.option(fc.double({ noNaN: true }), { nil: undefined });
const record: fc.Arbitrary<StoredRecord> = fc
  .record({
    kind: fc.constantFrom('sample' as const, 'visit' as const, 'presence' as const, 'gap' as const),
    seq: fc.nat({ max: 2 ** 48 - 1 }),
    observedAtMs: fc.double({ noNaN: true }),
    startedAt: time,
    toAt: time,
    body: fc.string(),
  })
  .map(({ startedAt, toAt, ...rest }) => ({
    ...rest,
    body: Buffer.from(rest.body).toString(),
    times: { ...(startedAt !== undefined && { startedAt }), ...(toAt !== undefined && { toAt }) },
  }));

test('reads back what was written', () => {
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const bytes = Buffer.concat([encodeSegmentHead('run'), ...records.map(encodeRecord)]);
      const payloads = [...framesIn(bytes)].map(({ payload }) => payload);
      assert.deepEqual(payloads, [{ runId: 'run' }, ...records]);
    }),
  );
});

test('skips damaged and cut-off frames and nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 6 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.nat(),
      (records, place, flip, cut) => {
        const frames = records.map(encodeRecord);
        const bytes = Buffer.concat(frames);
        const damaged = place % bytes.length;
        bytes[damaged] = bytes[damaged]! ^ flip;
        const kept = bytes.subarray(0, bytes.length - (cut % 20));
        let end = 0;
        const expected = records.filter((_, index) => {
          const start = end;
          end += frames[index]!.length;
          return end <= kept.length && !(damaged >= start && damaged < end);
        });
        assert.deepEqual(
          [...framesIn(kept)].map(({ payload }) => payload),
          expected,
        );
      },
    ),
  );
});
