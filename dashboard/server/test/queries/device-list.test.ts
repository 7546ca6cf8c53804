import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  deviceOrders,
  deviceStatesByConcern,
  deviceStates,
  type DeviceItem,
  type DeviceListQuery,
} from '@emotion-fleet/contracts/api';
import { listDevices } from '../../src/queries/device-list.ts';

function device(deviceId: string, values: Partial<DeviceItem> = {}): DeviceItem {
  return {
    deviceId,
    siteId: 'north',
    siteName: 'Shop north',
    name: `Camera ${deviceId}`,
    state: 'ok',
    connectedAt: null,
    lastRecordAt: null,
    cameraState: null,
    modelId: null,
    agentVersion: null,
    framesPerSecond: null,
    coverageLastHour: null,
    visitsLastHour: null,
    ...values,
  };
}

function list(items: readonly DeviceItem[], query: DeviceListQuery) {
  const devices = new Map(items.map((item) => [item.deviceId, item]));
  return listDevices({ devices, sites: new Map() }, query);
}

const ids = (items: readonly DeviceItem[], query: DeviceListQuery) =>
  list(items, query).items.map(({ deviceId }) => deviceId);

test('what needs attention comes first, and of the same state by id', () => {
  const items = deviceStates.flatMap((state) => [
    device(`${state}-2`, { state }),
    device(`${state}-1`, { state }),
  ]);
  assert.deepEqual(
    ids(items, { sort: 'state' }),
    deviceStatesByConcern.flatMap((state) => [`${state}-1`, `${state}-2`]),
  );
});

test('every state has its place among those of concern', () => {
  assert.deepEqual(deviceStatesByConcern.toSorted(), deviceStates.toSorted());
});

test('names are in the order of their numbers, times and figures in theirs', () => {
  const items = [
    device('a', { name: 'Till 10', lastRecordAt: '2026-03-04T12:00:00.000Z', framesPerSecond: 2 }),
    device('b', { name: 'Till 9', lastRecordAt: '2026-03-04T11:00:00.000Z', framesPerSecond: 10 }),
    device('c', { name: 'till 11' }),
  ];
  assert.deepEqual(ids(items, { sort: 'name' }), ['b', 'a', 'c']);
  assert.deepEqual(ids(items, { sort: 'lastRecordAt' }), ['c', 'b', 'a']);
  assert.deepEqual(ids(items, { sort: 'framesPerSecond', descending: true }), ['b', 'a', 'c']);
});

test('every order holds each camera once', () => {
  const items = ['b', 'a', 'c'].map((id) => device(id));
  for (const sort of deviceOrders) assert.deepEqual(ids(items, { sort }), ['a', 'b', 'c'], sort);
});

test('words are looked for in names and ids, of the site, too, and all must be there', () => {
  const items = [
    device('cam-1', { name: 'Entrance', siteId: 'harbour', siteName: 'Harbour museum' }),
    device('cam-2', { name: 'Inside', siteId: 'harbour', siteName: 'Harbour museum' }),
    device('cam-3', { name: 'Entrance', siteId: 'kiosk', siteName: 'Station kiosk' }),
  ];
  const found = (q: string) => ids(items, { q });
  assert.deepEqual(found('entrance'), ['cam-1', 'cam-3']);
  assert.deepEqual(found(' MUSEUM  entrance '), ['cam-1']);
  assert.deepEqual(found('CAM-2'), ['cam-2']);
  assert.deepEqual(found('kiosk harbour'), []);
  assert.deepEqual(found('.*'), []);
  assert.deepEqual(found(''), ['cam-1', 'cam-2', 'cam-3']);
});

test('counts are of the fleet or the site, the total is of what matches', () => {
  const items = [
    device('a', { state: 'late' }),
    device('b'),
    device('c', { siteId: 'south', state: 'offline' }),
  ];
  const some = list(items, { state: 'late', q: 'camera', limit: 1 });
  assert.equal(some.total, 1);
  const none = { ok: 0, blind: 0, paused: 0, late: 0, offline: 0, never: 0, revoked: 0 };
  assert.deepEqual(some.counts, { ...none, ok: 1, late: 1, offline: 1 });
  const south = list(items, { siteId: 'south', state: 'ok' });
  assert.deepEqual([south.total, south.counts], [0, { ...none, offline: 1 }]);
});
