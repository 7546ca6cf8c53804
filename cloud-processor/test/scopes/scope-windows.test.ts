import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { zeroWindow, type Assignment, type WindowValues } from '@emotion-fleet/observation-store';
import { defaultCacheLimits } from '../../src/record-handler.ts';
import { sumDeviceHours, sumScopeHours } from '../../src/scopes/scope-sums.ts';
import { ScopeWindows, sumSlice } from '../../src/scopes/scope-windows.ts';
import { SiteDirectory } from '../../src/scopes/site-directory.ts';
import { SiteHistory } from '../../src/scopes/site-history.ts';
import { newStore } from '../support/driver.ts';
import { startAt } from '../support/records.ts';

const hourMs = 3_600_000;
const assignments = [
  { deviceId: 'cam-a', siteId: 'north', fromHour: startAt },
  { deviceId: 'cam-a', siteId: 'south', fromHour: startAt + 2 * hourMs },
  { deviceId: 'cam-b', siteId: 'south', fromHour: startAt },
];

function hourOf(readableVisits: number, happy: number, analysedMs = 1_000): WindowValues {
  const window = zeroWindow();
  const sum = { ...window.scores.sum, happy };
  return {
    ...window,
    visits: readableVisits,
    readableVisits,
    analysedMs,
    scores: { ...window.scores, sum },
  };
}

suite('scope windows', () => {
  test('a device counts at the site where it stood in that hour', () => {
    const history = new SiteHistory(assignments);
    assert.equal(history.siteAt('cam-a', startAt - hourMs), undefined);
    assert.equal(history.siteAt('cam-a', startAt + hourMs), 'north');
    assert.equal(history.siteAt('cam-a', startAt + 2 * hourMs), 'south');

    const slice = new Map([
      ['cam-b', hourOf(1, 0.5)],
      ['cam-a', hourOf(2, 1)],
    ]);
    const visitsAt = (hour: number) =>
      Object.fromEntries(
        [...sumSlice(slice, hour, history)].map(([scope, { visits }]) => [scope, visits]),
      );
    assert.deepEqual(visitsAt(startAt + hourMs), { fleet: 3, 'site/north': 2, 'site/south': 1 });
    assert.deepEqual(visitsAt(startAt + 2 * hourMs), {
      fleet: 3,
      'site/north': 0,
      'site/south': 3,
    });
  });

  test('a device that nobody assigned counts in the fleet alone', () => {
    const sums = sumSlice(new Map([['cam-x', hourOf(1, 1)]]), startAt, new SiteHistory([]));
    assert.deepEqual([...sums.keys()], ['fleet']);
  });

  test('clusters are camera-hours with a readable visit; a day reports the most devices of one hour', () => {
    const first = sumDeviceHours([hourOf(2, 1), hourOf(4, 3), hourOf(0, 0), hourOf(0, 0, 0)]);
    assert.equal(first.reportingDevices, 3);
    assert.deepEqual(
      [first.clusters.clusters, first.clusters.n, first.clusters.nn],
      [2, 6, 2 * 2 + 4 * 4],
    );
    assert.deepEqual(first.clusters.byEmotion.happy, { y: 4, ny: 2 * 1 + 4 * 3, yy: 1 + 9 });

    const day = sumScopeHours([undefined, first, sumDeviceHours([hourOf(1, 0.5)])]);
    assert.equal(day.reportingDevices, 3);
    assert.equal(day.visits, 7);
    assert.equal(day.clusters.clusters, 3);
    assert.equal(day.clusters.nn, 21);
  });

  test('a batch gives the fleet and the sites that it touches; a new object each of the hour once', async () => {
    const { apply, remembered, anew } = await setUp();
    await remembered(['cam-a', 'cam-b', 'cam-c']);
    assert.deepEqual(await apply('cam-c', 1), ['fleet', 'site/east']);
    assert.deepEqual(await apply('cam-b', 2), ['fleet', 'site/south']);
    anew();
    assert.deepEqual(await apply('cam-b', 3), ['fleet', 'site/east', 'site/north', 'site/south']);
  });

  test('an assignment that changed gives both sites, whoever was touched', async () => {
    const { apply, remembered, assign } = await setUp();
    await remembered(['cam-a', 'cam-b', 'cam-c']);
    assign({ deviceId: 'cam-c', siteId: 'south', fromHour: startAt });
    assert.deepEqual(await apply('cam-a', 1), [
      ...['fleet', 'site/east', 'site/north', 'site/south'],
    ]);
    assert.deepEqual(await apply('cam-a', 2), ['fleet', 'site/north']);
  });
});

/** Batches of one device in one hour; a batch resolves to the scopes of which it gives an hour and a day. */
async function setUp() {
  const store = await newStore();
  const registry: Assignment[] = [
    ...assignments,
    { deviceId: 'cam-c', siteId: 'east', fromHour: startAt - 2 * hourMs },
  ];
  const sites = new SiteDirectory({
    registry: { listAssignments: () => Promise.resolve([...registry]) },
    clock: { now: () => 0 },
    maxAgeMs: 0,
  });
  const newWindows = () => new ScopeWindows({ store, sites, limits: defaultCacheLimits });
  let windows = newWindows();
  let version = store.epoch;
  const mark = () => ({ version: (version += 1), logPartition: 3, logTime: startAt });
  const apply = async (deviceId: string, visits: number) => {
    const { logTime, ...written } = mark();
    const row = { deviceId, windowStart: startAt, ...written, values: hourOf(visits, 1) };
    await store.putHours([row]);
    const { hours, days } = await windows.apply([row], { ...written, logTime });
    const scopes = hours.map(({ scope }) => scope).sort();
    assert.deepEqual(days.map(({ scope }) => scope).sort(), scopes);
    return scopes;
  };
  return {
    apply,
    remembered: async (devices: readonly string[]) => {
      for (const deviceId of devices) await apply(deviceId, 0);
    },
    anew: () => (windows = newWindows()),
    assign: (assignment: Assignment) => registry.push(assignment),
  };
}
