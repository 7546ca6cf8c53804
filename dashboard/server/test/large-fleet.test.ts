import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Registry } from 'prom-client';
import type { DeviceList, SiteList, Summary } from '@emotion-fleet/contracts/api';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { MemoryDeviceRegistry } from '@emotion-fleet/observation-store/testing';
import { silentLogger } from '@emotion-fleet/service';
import { DashboardServer } from '../src/index.ts';
import { countReads } from './support/counted-reads.ts';
import { LargeFleetStore, largeFleetDeviceId, registerLargeFleet } from './support/large-fleet.ts';
import { testNow } from './support/test-dashboard.ts';

const devices = 10_000;
const sites = 500;
/** Cameras that have sent no health message for two minutes, one in a hundred: their presence is looked for. */
const silentShare = 1 / 100;

/** A server over ten thousand cameras, and what it reads of its store. */
async function start(context: TestContext) {
  const clock = { time: testNow, now: () => clock.time };
  const fleet = { now: testNow, devices, sites, minutes: 1 };
  const store = new LargeFleetStore(fleet);
  const registry = new MemoryDeviceRegistry();
  const eventLog = new MemoryEventLog();
  await Promise.all([store.start(), registry.start(), eventLog.start()]);
  await registerLargeFleet(registry, fleet);
  const counted = countReads(store);
  const dashboard = new DashboardServer({
    ...{ store: counted.store, registry, eventLog, clock },
    logger: silentLogger(),
    metrics: new Registry(),
    info: { version: '0', profile: 'embedded', demo: false, minimumGroupSize: 10 },
    port: 0,
  });
  await dashboard.start();
  context.after(async () => {
    await dashboard.stop();
    await Promise.all([store.stop(), registry.stop(), eventLog.stop()]);
  });
  const get = async <Body>(path: string): Promise<Body> =>
    (await dashboard.app.inject({ method: 'GET', url: `/api/v1/${path}` })).json<Body>();
  return { clock, counted, get };
}

test('of ten thousand cameras a page is read, whoever and how many ask for it', async (context) => {
  const { clock, counted, get } = await start(context);
  const page = 'devices?sort=state&limit=50';
  const [first] = await Promise.all([
    get<DeviceList>(page),
    get<SiteList>('sites?limit=50'),
    get<DeviceList>('devices?q=camera-04567'),
  ]);
  assert.deepEqual(counted.take(), {
    readDeviceStatuses: 1,
    readLedgerRuns: devices,
    readHealth: devices,
    readRecords: devices * silentShare,
    readMinutes: devices,
  });
  assert.equal(first.items.length, 50);
  assert.equal(first.total, devices);
  assert.ok(first.items.every(({ state }) => state === 'offline'));
  assert.deepEqual([first.counts.offline, first.counts.blind], [100, 200]);
  assert.ok(Buffer.byteLength(JSON.stringify(first)) < 25_000);

  clock.time += 4_000;
  for (let viewer = 0; viewer < 20; viewer++) await get(`${page}&offset=${viewer * 50}`);
  assert.deepEqual(counted.take(), {});
});

test('asked each 5 s, a listing reads a fifth of ten thousand cameras, and each within 30 s', async (context) => {
  const { clock, counted, get } = await start(context);
  await get('devices?limit=1');
  counted.take();
  const reads = { ledgerRuns: 0, minutes: 0 };
  for (let round = 0; round < 5; round++) {
    clock.time += 5_000;
    await get('devices?limit=1');
    const { readDeviceStatuses, readLedgerRuns = 0, readMinutes = 0 } = counted.take();
    assert.equal(readDeviceStatuses, 1);
    assert.equal(readLedgerRuns, devices / 5);
    reads.ledgerRuns += readLedgerRuns;
    reads.minutes += readMinutes;
  }
  assert.deepEqual(reads, { ledgerRuns: devices, minutes: 0 });
  // Nobody asks for half a minute: then all of it is too old.
  clock.time += 35_000;
  await get('devices?limit=1');
  const { readLedgerRuns, readMinutes } = counted.take();
  assert.deepEqual([readLedgerRuns, readMinutes], [devices, devices]);
});

test('every camera of ten thousand can be found, and is on one page of each order', async (context) => {
  const { get } = await start(context);
  for (const sort of ['deviceId', 'state', 'visitsLastHour']) {
    const seen = new Set<string>();
    for (let offset = 0; offset < devices; offset += 1_000) {
      const query = `sort=${sort}&limit=1000&offset=${offset}`;
      for (const { deviceId } of (await get<DeviceList>(`devices?${query}`)).items) {
        seen.add(deviceId);
      }
    }
    assert.equal(seen.size, devices, sort);
  }
  const last = largeFleetDeviceId(devices - 1);
  const found = await get<DeviceList>(`devices?q=${last}`);
  assert.deepEqual(
    found.items.map(({ deviceId, siteName }) => [deviceId, siteName]),
    [[last, 'Shop 499']],
  );
  assert.equal((await get<SiteList>('sites?q=shop-499')).items[0]?.devices.total, 20);
});

test('each minute is read once for a summary, its gate and the number of cameras, by however many it is asked', async (context) => {
  const { clock, counted, get } = await start(context);
  const iso = (time: number): string => new Date(time).toISOString();
  const range = `from=${iso(testNow - 3_600_000)}&to=${iso(testNow)}`;
  const { devices: seen } = await get<Summary>(`fleet/summary?${range}`);
  assert.deepEqual(seen, { total: devices, reporting: devices });
  const { readMinutes, readLedgerRuns } = counted.take();
  assert.deepEqual([readMinutes, readLedgerRuns], [devices, devices]);
  clock.time += 9_000;
  await get(`fleet/summary?${range}`);
  await get(`fleet/timeline?${range}`);
  assert.equal(counted.take().readMinutes, undefined);
  clock.time += 1_000;
  await get(`fleet/summary?${range}`);
  assert.equal(counted.take().readMinutes, devices);
});
