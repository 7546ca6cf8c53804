import assert from 'node:assert/strict';
import { it } from 'node:test';
import { maxBatchBytes } from '@emotion-fleet/contracts';
import { goldenRecords } from '@emotion-fleet/contracts/golden';
import { checkPayload } from '../../src/intake/check-payload.ts';
import { goldenBatch, goldenNow, recordsIn } from '../support/messages.ts';

const deviceId = 'camera-1';
const receivedAt = goldenNow;
const check = (payload: string) =>
  checkPayload({ deviceId, receivedAt, payload: Buffer.from(payload) });

it('is the same for two deliveries but for the time of receipt', () => {
  const payload = Buffer.from(JSON.stringify(goldenBatch()));
  const [one, other] = [1, 2].map((minute) => {
    const { entries } = checkPayload({ deviceId, receivedAt: receivedAt + minute, payload });
    return entries.map(({ value }) =>
      Buffer.from(value!)
        .toString()
        .replace(/"receivedAt":\d+/, ''),
    );
  });
  assert.deepEqual(one, other);
});

it('ignores an identity that the payload claims', () => {
  const records = goldenRecords().map((record) => ({ ...record, deviceId: 'camera-2' }));
  const { accepted, rejected, entries } = check(JSON.stringify({ schema: 1, records }));
  assert.equal(accepted, 0);
  assert.deepEqual(new Set(rejected), new Set(['bad_shape']));
  assert.ok(entries.every((entry) => entry.key === deviceId));
});

it('keeps the order of records and markers', () => {
  const records: object[] = goldenRecords();
  records[3] = { ...records[3], observedAt: 'yesterday' };
  const { entries, deadLetters } = check(JSON.stringify({ schema: 1, records }));
  const kinds = goldenRecords().map(({ seq, kind }) => `${seq}:${kind}`);
  kinds[3] = '3:rejected';
  assert.deepEqual(recordsIn(entries.map((entry, offset) => ({ ...entry, offset }))), kinds);
  assert.deepEqual(JSON.parse(Buffer.from(deadLetters[0]!.value!).toString()), records[3]);
});

it('survives the deepest nesting that fits', () => {
  for (const [open, close] of [
    ['[', ']'],
    ['{"kind":', '}'],
  ] as const) {
    const depth = Math.floor((maxBatchBytes - 40) / (open.length + close.length));
    const payload = `{"schema":1,"records":[${open.repeat(depth)}1${close.repeat(depth)}]}`;
    assert.ok(payload.length <= maxBatchBytes);
    const { rejected, deadLetters } = check(payload);
    assert.equal(rejected.length, 1);
    assert.ok(deadLetters[0]!.value!.byteLength <= maxBatchBytes);
  }
});
