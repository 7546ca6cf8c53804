import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type {
  DeviceList,
  Heatmap,
  Positions,
  SiteList,
  Summary,
  Timeline,
} from '@emotion-fleet/contracts/api';
import { floorToHour, hourMs, minuteMs } from '@emotion-fleet/observation-store';
import { sampleRecord } from '../../support/records.ts';
import { startTestDashboard, testNow } from '../../support/test-dashboard.ts';
import type { MinuteShape } from '../../support/windows.ts';

const hour = floorToHour(testNow) - hourMs;
const range = `from=${new Date(hour).toISOString()}&to=${new Date(hour + hourMs).toISOString()}`;
const info = { version: '0', profile: 'embedded', demo: false, minimumGroupSize: 10 };

async function start(context: TestContext, minutes: readonly MinuteShape[]) {
  const dashboard = await startTestDashboard({ info });
  context.after(() => dashboard.stop());
  await dashboard.fill(minutes);
  const read = async <Body>(path: string): Promise<Body> =>
    (await dashboard.get(`/api/v1/${path}`)).body as Body;
  return { ...dashboard, read };
}

/** One camera of north saw 3 visits, the other `beside`; south saw 40. */
const withOneSmall = (beside: number): MinuteShape[] => [
  { deviceId: 'door-1', windowStart: hour, visits: 3 },
  { deviceId: 'door-2', windowStart: hour, visits: beside },
  { deviceId: 'till-1', windowStart: hour, visits: 40 },
];

test('a summary of too few visits keeps its coverage and nothing else', async (context) => {
  const { read } = await start(context, withOneSmall(30));
  const summary = await read<Summary>(`devices/door-1/summary?${range}`);
  assert.equal(summary.suppressed, true);
  assert.deepEqual([summary.visits, summary.samples, summary.readableVisits], [0, 0, 0]);
  assert.deepEqual(summary.byEmotion, { happy: 0, sad: 0, neutral: 0, other: 0, uncertain: 0 });
  assert.deepEqual(summary.meanScore.happy, { value: null, low: null, high: null, clusters: 0 });
  assert.equal(summary.coverage.analysedMs, minuteMs);
});

test('a small camera can not be had by subtracting its neighbour from the site', async (context) => {
  const { read } = await start(context, withOneSmall(30));
  assert.equal((await read<Summary>(`sites/north/summary?${range}`)).visits, 33);
  assert.equal((await read<Summary>(`devices/door-2/summary?${range}`)).suppressed, true);
  assert.equal((await read<Summary>(`devices/till-1/summary?${range}`)).visits, 40);
});

test('a small site can not be had by subtracting the other from the fleet', async (context) => {
  const { read } = await start(context, withOneSmall(4));
  assert.equal((await read<Summary>(`fleet/summary?${range}`)).visits, 47);
  for (const place of ['sites/north', 'sites/south', 'devices/till-1']) {
    assert.equal((await read<Summary>(`${place}/summary?${range}`)).suppressed, true, place);
  }
});

test('a fleet that saw too few says nothing anywhere', async (context) => {
  const { read, get } = await start(context, [
    { deviceId: 'door-1', windowStart: hour, visits: 9 },
  ]);
  for (const place of ['fleet', 'sites/north', 'devices/door-1']) {
    assert.equal((await read<Summary>(`${place}/summary?${range}`)).suppressed, true);
    const { windows } = await read<Timeline>(`${place}/timeline?${range}`);
    assert.equal(windows.length, 60);
    assert.ok(
      windows.every(({ suppressed, visits, samples }) => suppressed && visits + samples === 0),
    );
    assert.equal(windows[0]!.analysedMs, minuteMs);
    const csv = String((await get(`/api/v1/${place}/export.csv?${range}`)).body);
    const rows = csv.trimEnd().split('\r\n').slice(1);
    assert.ok(rows.every((row) => row.includes(',true,,,,')));
  }
});

test('a timeline joins windows until each has enough', async (context) => {
  const { read } = await start(
    context,
    Array.from({ length: 20 }, (_, minute) => ({
      deviceId: 'till-1',
      windowStart: hour + minute * minuteMs,
      visits: 3,
    })),
  );
  const { windows } = await read<Timeline>(`sites/south/timeline?${range}`);
  assert.ok(windows.every(({ visits }) => visits === 0 || visits >= 10));
  assert.equal(
    windows.reduce((sum, { visits }) => sum + visits, 0),
    60,
  );
  assert.equal(windows[0]!.to, new Date(hour + 4 * minuteMs).toISOString());
});

test('positions and heat map of a small camera stay empty', async (context) => {
  const { read, store } = await start(context, withOneSmall(30));
  for (const deviceId of ['door-1', 'till-1']) {
    const record = sampleRecord({ observedAt: hour + 5_000 });
    await store.putRecords([{ deviceId, receivedAt: testNow, record }]);
    await store.putGrids([{ deviceId, hour, version: 1, cells: new Map([[40, [1, 0, 0, 0, 2]]]) }]);
  }
  const hidden = await read<Positions>(`devices/door-1/positions?${range}`);
  assert.deepEqual([hidden.suppressed, hidden.samples, hidden.points], [true, 0, []]);
  const hiddenMap = await read<Heatmap>(`devices/door-1/heatmap?${range}`);
  assert.deepEqual([hiddenMap.suppressed, hiddenMap.cells], [true, []]);
  const shown = await read<Positions>(`devices/till-1/positions?${range}`);
  assert.deepEqual(
    shown.points.map(({ x, y, emotion }) => [x, y, emotion]),
    [[0.15, 0.5, 'happy']],
  );
  const shownMap = await read<Heatmap>(`devices/till-1/heatmap?${range}`);
  assert.deepEqual(shownMap.cells, [
    { column: 8, row: 1, byEmotion: { happy: 1, sad: 0, neutral: 0, other: 0, uncertain: 2 } },
  ]);
});

test('lists hold back the visits of small places', async (context) => {
  const minute = floorToHour(testNow) + 10 * minuteMs;
  const { read } = await start(
    context,
    withOneSmall(30).map((shape) => ({ ...shape, windowStart: minute })),
  );
  const devices = await read<DeviceList>('devices');
  assert.deepEqual(
    devices.items.map(({ visitsLastHour }) => visitsLastHour),
    [null, null, 40],
  );
  const sites = await read<SiteList>('sites');
  assert.deepEqual(
    sites.items.map(({ visitsLastHour }) => visitsLastHour),
    [33, 40],
  );
  assert.ok(devices.items.every(({ coverageLastHour }) => coverageLastHour === 1 / 60));
});

test('an order by visits does not give away what is held back', async (context) => {
  const minute = floorToHour(testNow) + 10 * minuteMs;
  for (const beside of [20, 39]) {
    const { read } = await start(
      context,
      withOneSmall(beside).map((shape) => ({ ...shape, windowStart: minute })),
    );
    const { items } = await read<DeviceList>('devices?sort=visitsLastHour&descending=true');
    // door-2 saw more than door-1 each time; both are held back, so that they stand by id.
    assert.deepEqual(
      items.map(({ deviceId }) => deviceId),
      ['till-1', 'door-1', 'door-2'],
    );
  }
});
