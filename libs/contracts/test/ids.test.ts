import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordId } from '../src/index.ts';

test('gives a record the same id for ever', () => {
  const identity = { deviceId: 'door-1', runId: '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d', seq: 7 };
  assert.equal(recordId(identity), recordId({ ...identity }));
  assert.match(recordId(identity), /^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  assert.notEqual(recordId(identity), recordId({ ...identity, seq: 8 }));
});
