import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  dayMs,
  floorToHour,
  hourMs,
  minuteMs,
  zeroClusters,
  type ClusterSums,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import {
  MemoryDeviceRegistry,
  MemoryObservationStore,
} from '@emotion-fleet/observation-store/testing';
import { FleetActivity } from '../../src/queries/fleet-activity.ts';
import { FleetMap } from '../../src/queries/fleet-map.ts';
import type { Place } from '../../src/queries/place.ts';
import { readPieces } from '../../src/queries/pieces.ts';
import { WindowReader } from '../../src/queries/window-reader.ts';
import { addSums, pieceOf, piecesByHour } from '../../src/queries/window-sum.ts';
import { minuteRow, type MinuteShape } from '../support/windows.ts';
import { writeWindows } from '../support/window-writer.ts';

const start = Date.parse('2026-03-02T00:00:00Z');
const movedAt = start + 30 * hourMs;
const totalMinutes = (3 * dayMs) / minuteMs;

const shapes: fc.Arbitrary<MinuteShape[]> = fc.uniqueArray(
  fc.record({
    deviceId: fc.constantFrom('one', 'two', 'moved'),
    windowStart: fc.integer({ min: 0, max: totalMinutes - 1 }).map((m) => start + m * minuteMs),
    visits: fc.integer({ min: 0, max: 5 }),
    happy: fc.integer({ min: 0, max: 16 }).map((share) => share / 16),
  }),
  { minLength: 20, maxLength: 120, selector: (s) => `${s.deviceId}/${s.windowStart}` },
);
const ranges = fc
  .tuple(fc.integer({ min: 0, max: totalMinutes }), fc.integer({ min: 1, max: totalMinutes }))
  .map(([a, b]) => ({ from: start + Math.min(a, b - 1) * minuteMs, to: start + b * minuteMs }))
  .filter(({ from, to }) => from < to);
const places = fc.constantFrom<Place>(
  { kind: 'fleet' },
  { kind: 'site', siteId: 'north' },
  { kind: 'site', siteId: 'south' },
  { kind: 'device', deviceId: 'moved' },
);

/** `moved` stands at north, and from the 30th hour on at south. */
async function filled(minutes: readonly MinuteShape[]) {
  const store = new MemoryObservationStore({ now: () => start + 3 * dayMs });
  const registry = new MemoryDeviceRegistry();
  await store.start();
  for (const siteId of ['north', 'south']) {
    await registry.addSite({
      siteId,
      name: siteId,
      timeZone: 'UTC',
      purpose: 'museum',
      openingHours: [],
      createdAt: start,
    });
  }
  const device = { name: 'x', createdAt: start, schedule: [] };
  await registry.addDevice({ ...device, deviceId: 'one' }, 'north');
  await registry.addDevice({ ...device, deviceId: 'two' }, 'south');
  await registry.addDevice({ ...device, deviceId: 'moved' }, 'north');
  await registry.assign({ deviceId: 'moved', siteId: 'south', fromHour: movedAt });
  await writeWindows({ store, registry, minutes: minutes.map(minuteRow) });
  return { reader: new WindowReader(store), fleet: await FleetMap.load(registry) };
}

interface Question {
  readonly reader: WindowReader;
  readonly fleet: FleetMap;
  readonly place: Place;
  readonly range: TimeRange;
}

function pieces({ reader, fleet, place, range }: Question, stepMs: number) {
  const clock = { now: () => range.to };
  const activity = new FleetActivity({ reader, clock, maxAgeMs: 0, devicesReadAtOnce: 1 });
  return readPieces({ tools: { reader, activity }, fleet, place, range }, stepMs);
}

function siteAt({ deviceId, windowStart }: MinuteShape): string {
  if (deviceId === 'one') return 'north';
  if (deviceId === 'two') return 'south';
  return windowStart < movedAt ? 'north' : 'south';
}

function belongs(place: Place, minute: MinuteShape): boolean {
  if (place.kind === 'fleet') return true;
  return place.kind === 'site'
    ? siteAt(minute) === place.siteId
    : minute.deviceId === place.deviceId;
}

/** Camera-hours straight from the minutes. */
function clustersOf(minutes: readonly MinuteShape[]): ClusterSums {
  const byDevice = Map.groupBy(minutes.map(minuteRow), ({ deviceId }) => deviceId);
  return addSums([...byDevice.values()].flatMap(piecesByHour)).clusters;
}

function closeTo(actual: unknown, expected: unknown, path = ''): void {
  if (typeof expected === 'number') {
    assert.ok(
      Math.abs(Number(actual) - expected) < 1e-6,
      `${path}: ${String(actual)}, ${expected}`,
    );
    return;
  }
  for (const [key, value] of Object.entries(expected as object)) {
    closeTo((actual as Record<string, unknown>)[key], value, `${path}.${key}`);
  }
}

test('days, hours and minutes add up to what the minutes alone give', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, ranges, places, async (minutes, range, place) => {
      const { reader, fleet } = await filled(minutes);
      const mine = minutes.filter(
        (minute) =>
          minute.windowStart >= range.from &&
          minute.windowStart < range.to &&
          belongs(place, minute),
      );
      const expected = addSums(mine.map((shape) => pieceOf(minuteRow(shape))));
      for (const stepMs of [minuteMs, hourMs, dayMs]) {
        const sum = addSums(await pieces({ reader, fleet, place, range }, stepMs));
        closeTo(sum.values, expected.values);
        if (stepMs > minuteMs) closeTo(sum.clusters, clustersOf(mine));
      }
    }),
    { numRuns: 40 },
  );
});

test('what devices did adds up to what their place did', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, ranges, places, async (minutes, range, place) => {
      const { reader, fleet } = await filled(minutes);
      const stays = fleet.stays(place, range);
      const { activities } = await reader.readStays(stays, range);
      const { values } = addSums(await pieces({ reader, fleet, place, range }, dayMs));
      const visits = activities.reduce((sum, activity) => sum + activity.visits, 0);
      const analysedMs = activities.reduce((sum, activity) => sum + activity.analysedMs, 0);
      assert.equal(visits, values.visits);
      assert.equal(analysedMs, values.analysedMs);
    }),
    { numRuns: 40 },
  );
});

test('an hour that the range covers in part is one cluster for each camera', async () => {
  const hour = floorToHour(start + 5 * hourMs);
  const { reader, fleet } = await filled([
    { deviceId: 'one', windowStart: hour + 10 * minuteMs, visits: 2 },
    { deviceId: 'one', windowStart: hour + 20 * minuteMs, visits: 3 },
    { deviceId: 'two', windowStart: hour + 20 * minuteMs, visits: 1 },
  ]);
  const range = { from: hour, to: hour + 30 * minuteMs };
  const place = { kind: 'fleet' } as const;
  const { clusters } = addSums(await pieces({ reader, fleet, place, range }, dayMs));
  assert.equal(clusters.clusters, 2);
  assert.equal(clusters.n, 6);
  assert.equal(clusters.nn, 26);
});

test('an empty range of time has no clusters', async () => {
  const { reader, fleet } = await filled([]);
  const range = { from: start, to: start + hourMs };
  const place = { kind: 'fleet' } as const;
  const sum = addSums(await pieces({ reader, fleet, place, range }, hourMs));
  assert.deepEqual(sum.clusters, zeroClusters());
});
