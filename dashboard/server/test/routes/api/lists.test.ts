import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  DeviceHealth,
  DeviceItem,
  DeviceList,
  Problem,
  SiteHealth,
  SiteList,
} from '@emotion-fleet/contracts/api';
import { schemaVersion } from '@emotion-fleet/contracts';
import type { HealthRow } from '@emotion-fleet/observation-store';
import { presenceRecord, statusMessage, testRunId } from '../../support/records.ts';
import { startTestDashboard, testNow } from '../../support/test-dashboard.ts';

test('sites and devices come in pages, each with its state', async (context) => {
  const dashboard = await startTestDashboard();
  context.after(() => dashboard.stop());
  const { store, get } = dashboard;
  await store.putDeviceStatus({
    deviceId: 'door-1',
    receivedAt: testNow - 600_000,
    message: statusMessage('online', 3),
  });
  const [firstAt, lastAt] = [testNow - 600_000, testNow - 40_000];
  await store.putLedgerRuns([
    {
      deviceId: 'door-1',
      runId: testRunId,
      version: 1,
      headSeq: 5,
      ackedBelow: 5,
      firstAt,
      lastAt,
    },
  ]);
  const record = presenceRecord({ startedAt: testNow - 80_000, cameraState: 'covered' });
  await store.putRecords([{ deviceId: 'door-1', receivedAt: testNow, record }]);

  const first = (await get('/api/v1/devices?limit=2')).body as DeviceList;
  assert.deepEqual(
    first.items.map(({ deviceId, siteId, state }) => [deviceId, siteId, state]),
    [
      ['door-1', 'north', 'blind'],
      ['door-2', 'north', 'never'],
    ],
  );
  assert.equal(first.items[0]!.cameraState, 'covered');
  assert.equal(first.items[0]!.lastRecordAt, new Date(lastAt).toISOString());
  const second = (await get(`/api/v1/devices?limit=2&after=${first.next}`)).body as DeviceList;
  assert.deepEqual([second.items.length, second.next], [1, null]);

  const sites = (await get('/api/v1/sites')).body as SiteList;
  assert.deepEqual(
    sites.items.map(({ siteId, devices }) => [siteId, devices]),
    [
      ['north', { total: 2, ok: 0 }],
      ['south', { total: 1, ok: 0 }],
    ],
  );
});

test('a list is filtered, ordered and cut as it is asked for', async (context) => {
  const { store, get, stop } = await startTestDashboard();
  context.after(stop);
  const message = statusMessage('online', 1);
  await store.putDeviceStatus({ deviceId: 'door-2', receivedAt: testNow - 3_600_000, message });
  const list = async (query: string) => {
    const { items, ...rest } = (await get(`/api/v1/devices?${query}`)).body as DeviceList;
    return { ...rest, ids: items.map(({ deviceId }) => deviceId) };
  };
  const worst = await list('sort=state&limit=2');
  assert.deepEqual([worst.ids, worst.next, worst.total], [['door-2', 'door-1'], null, 3]);
  assert.deepEqual((await list('sort=state&limit=2&offset=2')).ids, ['till-1']);
  assert.deepEqual((await list('state=never&descending=true')).ids, ['till-1', 'door-1']);
  const north = await list('siteId=north&q=DOOR-1');
  assert.deepEqual([north.ids, north.total], [['door-1'], 1]);
  assert.deepEqual([north.counts.late, north.counts.never, north.counts.ok], [1, 1, 0]);
  const sites = (await get('/api/v1/sites?q=sou&sort=devicesOk')).body as SiteList;
  assert.deepEqual([sites.items[0]?.siteId, sites.total, sites.all], ['south', 1, 2]);
});

test('one site or camera is what stands of it in the list', async (context) => {
  const { get, stop } = await startTestDashboard();
  context.after(stop);
  const devices = (await get('/api/v1/devices')).body as DeviceList;
  const device = (await get('/api/v1/devices/till-1')).body as DeviceItem;
  assert.deepEqual(device, devices.items[2]);
  assert.equal(device.siteName, 'Shop south');
  const sites = (await get('/api/v1/sites')).body as SiteList;
  assert.deepEqual((await get('/api/v1/sites/south')).body, sites.items[1]);
});

test('a camera that is added or revoked is so in the next list', async (context) => {
  const { registry, clock, get, stop } = await startTestDashboard({ directoryMaxAgeMs: 60_000 });
  context.after(stop);
  const list = async () => (await get('/api/v1/devices')).body as DeviceList;
  assert.equal((await list()).items.length, 3);
  const entry = { deviceId: 'till-2', name: 'Till', createdAt: testNow, schedule: [] };
  await registry.addDevice(entry, 'south');
  await registry.revokeDevice('door-1', testNow);
  clock.time += 1;
  const { items, counts } = await list();
  assert.deepEqual([items.length, counts.revoked], [4, 1]);
});

test('a parameter that a list does not know, or not like this, is a problem', async (context) => {
  const { get, stop } = await startTestDashboard();
  context.after(stop);
  for (const query of ['sort=mood', 'state=sad', 'offset=-1', 'sort=name&after=x', 'page=2']) {
    const { status, body } = await get(`/api/v1/devices?${query}`);
    assert.deepEqual([status, (body as Problem).code], [400, 'bad_parameter'], query);
  }
});

test('health tells the state, the reason and the messages of the last hour', async (context) => {
  const dashboard = await startTestDashboard();
  context.after(() => dashboard.stop());
  const { store, get } = dashboard;
  const health = (receivedAt: number): HealthRow => ({
    deviceId: 'door-1',
    receivedAt,
    message: {
      schema: schemaVersion,
      runId: testRunId,
      uptimeMs: 1_000,
      rssBytes: 2_000,
      cameraState: 'frozen',
      framesPerSecond: 7,
      outbox: { records: 1, bytes: 2, oldestAgeMs: 3 },
      records: { created: 1, acked: 1, declared: 0 },
    },
  });
  const disk = {
    ...{ writtenBytesLastHour: 86e6, maxBytesPerHour: 200e6, sampleStretch: 1, freeBytes: 24e9 },
  };
  const latest = health(testNow - 10_000);
  await store.putHealth([
    health(testNow - 7_200_000),
    health(testNow - 30_000),
    { ...latest, message: { ...latest.message, disk } },
  ]);
  await store.putDeviceStatus({
    deviceId: 'door-1',
    receivedAt: testNow - 60_000,
    message: { ...statusMessage('online', 1), detail: 'rpicam 0, the networks hang' },
  });
  const device = (await get('/api/v1/devices/door-1/health')).body as DeviceHealth;
  assert.equal(device.state, 'blind');
  assert.equal(device.setup, 'rpicam 0, the networks hang');
  assert.equal(device.detail, 'The picture is frozen.');
  const entry = {
    receivedAt: new Date(testNow - 30_000).toISOString(),
    ...{ uptimeMs: 1_000, rssBytes: 2_000, cameraState: 'frozen', framesPerSecond: 7 },
    ...{ detectMs: null, classifyMs: null, outboxRecords: 1, outboxBytes: 2 },
    ...{ diskWrittenBytesLastHour: null, diskMaxBytesPerHour: null, diskFreeBytes: null },
    sampleStretch: null,
  };
  assert.deepEqual(device.entries, [
    entry,
    {
      ...entry,
      receivedAt: new Date(testNow - 10_000).toISOString(),
      ...{ diskWrittenBytesLastHour: 86e6, diskMaxBytesPerHour: 200e6, diskFreeBytes: 24e9 },
      sampleStretch: 1,
    },
  ]);
  const site = (await get('/api/v1/sites/north/health')).body as SiteHealth;
  assert.deepEqual(
    site.devices.map(({ state }) => state),
    ['blind', 'never'],
  );
});
