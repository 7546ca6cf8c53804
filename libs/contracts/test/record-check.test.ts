import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  checkBatch,
  checkRecord,
  decodeLogged,
  encodeLogged,
  messageValidators,
} from '../src/index.ts';
import { goldenRecords, readGolden } from '../src/golden.ts';

test('accepts every golden record', () => {
  for (const record of goldenRecords())
    assert.deepEqual(checkRecord(record), { ok: true, value: record });
});

test('accepts the golden batch, status and health', () => {
  assert.equal(checkBatch(readGolden('batch')).ok, true);
  assert.equal(messageValidators.status.Check(readGolden('status')), true);
  assert.equal(messageValidators.health.Check(readGolden('health')), true);
});

const sample = readGolden('sample') as Record<string, unknown>;
const faults: [string, unknown, string][] = [
  ['a string', 'x', 'bad_shape'],
  ['an unknown kind', { ...sample, kind: 'photo' }, 'unknown_kind'],
  ['a later schema', { ...sample, schema: 2 }, 'unknown_schema'],
  ['a field of its own', { ...sample, jpeg: 'AAAA' }, 'bad_shape'],
  ['an identity in the payload', { ...sample, deviceId: 'other' }, 'bad_shape'],
  ['seconds for milliseconds', { ...sample, observedAt: 1_790_000_040 }, 'bad_shape'],
  [
    'scores that do not sum to 1',
    { ...sample, scores: { happy: 0.9, sad: 0.9, neutral: 0, other: 0 } },
    'bad_value',
  ],
  ['an emotion without scores', { ...sample, scores: undefined }, 'bad_value'],
  ['uncertain without a reason', { ...sample, emotion: 'uncertain' }, 'bad_value'],
  [
    'a face outside the frame',
    { ...sample, face: { x: 600, y: 0, width: 90, height: 9 } },
    'bad_value',
  ],
];
for (const [name, value, reason] of faults) {
  test(`rejects ${name}`, () => {
    // A record arrives as JSON, where undefined can't be.
    const checked = checkRecord(JSON.parse(JSON.stringify(value)));
    assert.equal(checked.ok ? 'accepted' : checked.reason, reason);
  });
}

test('reads back what it encodes for the log', () => {
  for (const record of goldenRecords()) {
    const logged = { deviceId: 'door-1', receivedAt: record.observedAt + 5, record };
    assert.deepEqual(decodeLogged(encodeLogged(logged)), { ok: true, value: logged });
  }
});

test('names what is wrong with a foreign log message', () => {
  const bytes = new TextEncoder().encode('{"deviceId":"../x"}');
  const checked = decodeLogged(bytes);
  assert.equal(checked.ok ? '' : checked.reason, 'bad_shape');
});
