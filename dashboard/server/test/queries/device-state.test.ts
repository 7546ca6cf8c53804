import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainState, type DeviceSigns } from '../../src/queries/device-state.ts';
import { statusMessage } from '../support/records.ts';

const now = Date.parse('2026-03-04T12:00:00Z');
const device = { deviceId: 'cam', name: 'cam', createdAt: 0, schedule: [] };
const online = {
  deviceId: 'cam',
  receivedAt: now - 3_600_000,
  message: statusMessage('online', 1),
};
const well: DeviceSigns = {
  device,
  now,
  status: online,
  lastRecordAt: now - 30_000,
  cameraState: 'ok',
};
const stateOf = (signs: Partial<DeviceSigns>) => explainState({ ...well, ...signs }).state;

test('names the state of a device', () => {
  assert.equal(stateOf({}), 'ok');
  assert.equal(stateOf({ cameraState: undefined }), 'ok');
  assert.equal(stateOf({ cameraState: 'covered' }), 'blind');
  assert.equal(stateOf({ cameraState: 'paused' }), 'paused');
  assert.equal(stateOf({ lastRecordAt: now - 240_000 }), 'late');
  assert.equal(stateOf({ status: { ...online, message: statusMessage('offline', 1) } }), 'offline');
  assert.equal(stateOf({ status: undefined }), 'offline');
  assert.equal(stateOf({ status: undefined, lastRecordAt: undefined }), 'never');
  assert.equal(stateOf({ device: { ...device, revokedAt: now } }), 'revoked');
});

test('a device that has just connected is not late yet', () => {
  const status = { ...online, receivedAt: now - 10_000 };
  assert.equal(stateOf({ status, lastRecordAt: undefined }), 'ok');
  assert.equal(stateOf({ status, lastRecordAt: now - 86_400_000 }), 'ok');
});

test('says how long ago', () => {
  const message = statusMessage('offline', 1);
  const status = { deviceId: 'cam', receivedAt: now - 7_300_000, message };
  assert.equal(explainState({ ...well, status }).detail, 'It disconnected 2 hours ago.');
  assert.equal(
    explainState({ ...well, lastRecordAt: now - 250_000 }).detail,
    'It is connected, but its latest record is 4 minutes old.',
  );
});
