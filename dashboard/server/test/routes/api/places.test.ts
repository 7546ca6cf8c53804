import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Coverage, Summary, Timeline } from '@emotion-fleet/contracts/api';
import { hourMs, minuteMs } from '@emotion-fleet/observation-store';
import type { DashboardServerOptions } from '../../../src/dashboard-server.ts';
import { gapRecord, presenceRecord, statusMessage, testRunId } from '../../support/records.ts';
import { startTestDashboard, testCreatedAt, testNow } from '../../support/test-dashboard.ts';
import type { MinuteShape } from '../../support/windows.ts';

const ten = Date.parse('2026-03-04T10:00:00Z');

/** One minute each hour from 10 to 12 o'clock, in every camera. */
const fewMinutes: MinuteShape[] = [0, 1, 2].flatMap((hour) => [
  { deviceId: 'door-1', windowStart: ten + hour * hourMs, visits: 4, happy: 0.25 },
  { deviceId: 'door-2', windowStart: ten + hour * hourMs + minuteMs, visits: 20, happy: 0.75 },
  { deviceId: 'till-1', windowStart: ten + hour * hourMs, visits: 30, happy: 0.5 },
]);

async function start(context: TestContext, options: Partial<DashboardServerOptions> = {}) {
  const dashboard = await startTestDashboard(options);
  context.after(() => dashboard.stop());
  const read = async <Body>(path: string, from: string, to: string): Promise<Body> => {
    const at = (time: string) => `2026-03-04T${time}Z`;
    const { status, body } = await dashboard.get(`/api/v1/${path}?from=${at(from)}&to=${at(to)}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Body;
  };
  return { ...dashboard, read };
}

test('a summary adds up a camera, a site and the fleet', async (context) => {
  const { fill, read } = await start(context);
  await fill(fewMinutes);
  const visits = async (path: string) =>
    (await read<Summary>(`${path}/summary`, '10:00:00', '13:00:00')).visits;
  assert.equal(await visits('devices/door-1'), 12);
  assert.equal(await visits('sites/north'), 72);
  assert.equal(await visits('fleet'), 162);
});

test('a summary holds scores, shares of time and who reported', async (context) => {
  const { fill, read } = await start(context);
  await fill(fewMinutes);
  const summary = await read<Summary>('sites/north/summary', '10:00:30', '10:01:00');
  assert.deepEqual(
    [summary.from, summary.to],
    ['2026-03-04T10:00:00.000Z', '2026-03-04T10:01:00.000Z'],
  );
  assert.deepEqual([summary.visits, summary.samples, summary.suppressed], [4, 16, false]);
  assert.deepEqual(summary.meanScore.happy, { value: 0.25, low: null, high: null, clusters: 1 });
  assert.equal(summary.faceTimeMs.happy, 8_000);
  assert.deepEqual(summary.devices, { total: 2, reporting: 1 });
  assert.deepEqual(summary.coverage, {
    expectedMs: 2 * minuteMs,
    analysedMs: minuteMs,
    stored: 21,
    declared: 0,
    rejected: 0,
    pending: 0,
    stranded: 0,
    tooLate: 0,
    unexplained: 0,
  });
});

test('an interval appears with ten camera-hours', async (context) => {
  const { fill, read } = await start(context);
  const hours = Array.from({ length: 10 }, (_, hour) => ({
    deviceId: 'door-1',
    windowStart: ten - hour * hourMs,
    visits: 5,
    happy: 0.4 + hour / 50,
  }));
  await fill(hours);
  const nine = await read<Summary>('fleet/summary', '02:00:00', '11:00:00');
  const all = await read<Summary>('fleet/summary', '01:00:00', '11:00:00');
  assert.deepEqual([nine.meanScore.happy.clusters, nine.meanScore.happy.low], [9, null]);
  const { value, low, high, clusters } = all.meanScore.happy;
  assert.equal(clusters, 10);
  assert.ok(low !== null && value !== null && high !== null && low < value && value < high);
});

test('nothing is expected of the future, and the running minute counts', async (context) => {
  const { read, fill, clock } = await start(context);
  await fill([{ deviceId: 'door-1', windowStart: Date.parse('2026-03-04T12:30:00Z'), visits: 2 }]);
  const { visits, coverage } = await read<Summary>(
    'devices/door-1/summary',
    '12:00:00',
    '20:00:00',
  );
  assert.equal(visits, 2);
  assert.equal(coverage.expectedMs, clock.time - Date.parse('2026-03-04T12:00:00Z'));
});

test('a camera that was revoked before the range is not one of its devices', async (context) => {
  const { read, registry } = await start(context);
  await registry.revokeDevice('door-2', ten);
  const before = await read<Summary>('sites/north/summary', '09:00:00', '11:00:00');
  const after = await read<Summary>('sites/north/summary', '10:00:00', '11:00:00');
  assert.deepEqual([before.devices.total, after.devices.total], [2, 1]);
  assert.equal(before.coverage.expectedMs, 3 * hourMs);
});

test('a camera counts at the site where it stood in that hour', async (context) => {
  const { fill, read, registry } = await start(context);
  await registry.assign({ deviceId: 'door-2', siteId: 'south', fromHour: ten + hourMs });
  await fill(fewMinutes);
  const visits = async (site: string, from: string, to: string) =>
    (await read<Summary>(`sites/${site}/summary`, from, to)).visits;
  assert.equal(await visits('north', '10:00:00', '13:00:00'), 12 + 20);
  assert.equal(await visits('south', '10:00:00', '13:00:00'), 90 + 40);
  assert.equal(await visits('north', '11:00:00', '11:30:00'), 4);
  assert.equal(await visits('south', '11:00:00', '11:30:00'), 50);
});

test('a timeline shows empty windows, and adds up to the summary', async (context) => {
  const { fill, read } = await start(context);
  await fill(fewMinutes);
  for (const [from, to, stepMs, count] of [
    ['10:00:00', '13:00:00', minuteMs, 180],
    ['06:30:00', '13:00:00', hourMs, 7],
  ] as const) {
    const timeline = await read<Timeline>('fleet/timeline', from, to);
    const summary = await read<Summary>('fleet/summary', from, to);
    const total = (of: (window: Timeline['windows'][number]) => number) =>
      timeline.windows.reduce((sum, window) => sum + of(window), 0);
    assert.deepEqual([timeline.stepMs, timeline.windows.length], [stepMs, count]);
    assert.equal(
      total(({ visits }) => visits),
      summary.visits,
    );
    assert.equal(
      total(({ expectedMs }) => expectedMs),
      summary.coverage.expectedMs,
    );
    assert.equal(
      total(({ analysedMs }) => analysedMs),
      summary.coverage.analysedMs,
    );
    assert.ok(timeline.windows.some(({ visits, suppressed }) => visits === 0 && !suppressed));
  }
});

test('coverage tells what became of records, and of a device its presence and gaps', async (context) => {
  const { store, read, fill } = await start(context);
  await fill(fewMinutes);
  const row = (record: ReturnType<typeof presenceRecord> | ReturnType<typeof gapRecord>) => ({
    deviceId: 'door-1',
    receivedAt: testNow,
    record,
  });
  await store.putRecords([
    row(presenceRecord({ startedAt: ten + minuteMs, seq: 2, cameraState: 'covered' })),
    row(presenceRecord({ startedAt: ten, seq: 1 })),
    row(gapRecord({ observedAt: testNow, seq: 3, fromAt: ten, toAt: ten + minuteMs })),
    row(gapRecord({ observedAt: testNow, seq: 4, fromAt: ten - hourMs, toAt: ten - minuteMs })),
  ]);
  const coverage = await read<Coverage>('devices/door-1/coverage', '10:00:00', '11:00:00');
  assert.deepEqual(
    coverage.presence?.map(({ cameraState, analysedMs }) => [cameraState, analysedMs]),
    [
      ['ok', 59_000],
      ['covered', 59_000],
    ],
  );
  assert.deepEqual(coverage.gaps, [
    {
      runId: testRunId,
      fromSeq: 5,
      toSeq: 9,
      from: '2026-03-04T10:00:00.000Z',
      to: '2026-03-04T10:01:00.000Z',
      reason: 'outbox_full',
    },
  ]);
  assert.equal(coverage.windows.length, 60);
  assert.equal(coverage.expectedMs, hourMs);
  const site = await read<Coverage>('sites/north/coverage', '10:00:00', '11:00:00');
  assert.equal(site.presence, undefined);
});

test('missing records are unexplained, pending or stranded, as the ledger says', async (context) => {
  const { store, read } = await start(context);
  await store.putDeviceStatus({
    deviceId: 'door-1',
    receivedAt: ten,
    message: statusMessage('online', 1),
  });
  const bitmap = () => new Uint8Array(512);
  const stored = bitmap();
  const rejected = bitmap();
  stored[0] = 0b1111_0001;
  rejected[0] = 0b0000_0010;
  const [firstAt, lastAt] = [ten, ten + 30 * minuteMs];
  const shared = { deviceId: 'door-1', runId: testRunId, version: 1, firstAt, lastAt };
  await store.putLedgerBlocks([{ ...shared, block: 0, stored, rejected, declared: bitmap() }]);
  await store.putLedgerRuns([{ ...shared, headSeq: 8, ackedBelow: 3 }]);
  const { coverage } = await read<Summary>('fleet/summary', '09:00:00', '12:00:00');
  assert.deepEqual([coverage.unexplained, coverage.pending, coverage.rejected], [1, 1, 1]);
  const site = await read<Summary>('sites/south/summary', '09:00:00', '12:00:00');
  assert.equal(site.coverage.unexplained, 0);
});

test('an export has a row for each window, a name, and is text/csv', async (context) => {
  const { fill, get } = await start(context);
  await fill(fewMinutes);
  const { body, headers } = await get(
    '/api/v1/devices/door-1/export.csv?from=2026-03-04T00:00:00Z&to=2026-03-04T13:00:00Z',
  );
  const lines = String(body).split('\r\n');
  assert.equal(lines.length, 1 + 13 + 1);
  const name = lines[0]!.split(',').indexOf('visits');
  assert.equal(lines[11]!.split(',')[name], '4');
  assert.match(String(headers['content-type']), /^text\/csv; charset=utf-8/);
  assert.equal(
    headers['content-disposition'],
    'attachment; filename="emotion-fleet_device-door-1_2026-03-04T0000_2026-03-04T1300.csv"',
  );
});

test('a range of days comes in days', async (context) => {
  const { fill, get } = await start(context);
  await fill(fewMinutes);
  const { body } = await get(
    '/api/v1/fleet/timeline?from=2026-02-10T00:00:00Z&to=2026-03-05T00:00:00Z',
  );
  const { stepMs, windows } = body as Timeline;
  assert.deepEqual([stepMs, windows.length], [24 * hourMs, 23]);
  assert.equal(windows.at(-1)?.visits, 162);
  const created = windows.find(({ from }) => Date.parse(from) === testCreatedAt);
  assert.equal(created?.expectedMs, 3 * 24 * hourMs);
});
