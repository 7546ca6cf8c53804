import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceHealth, DeviceList, SiteHealth, SiteList } from '@emotion-fleet/contracts/api';
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
    message: statusMessage('online', 1),
  });
  const device = (await get('/api/v1/devices/door-1/health')).body as DeviceHealth;
  assert.equal(device.state, 'blind');
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
