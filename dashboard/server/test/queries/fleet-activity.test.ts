import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';
import { FleetActivity } from '../../src/queries/fleet-activity.ts';
import { FleetMap } from '../../src/queries/fleet-map.ts';
import { WindowReader } from '../../src/queries/window-reader.ts';

const range = { from: 0, to: 60_000 };

/** A reader that counts, and fails while it is told to. */
class CountingReader extends WindowReader {
  reads = 0;
  fails = false;

  override async readStays(...given: Parameters<WindowReader['readStays']>) {
    this.reads += 1;
    if (this.fails) throw new Error('the store is down');
    return super.readStays(...given);
  }
}

async function setUp() {
  const store = new MemoryObservationStore();
  await store.start();
  const reader = new CountingReader(store);
  const clock = { at: 1_000, now: () => clock.at };
  return {
    reader,
    clock,
    activity: new FleetActivity({ reader, clock, maxAgeMs: 10_000, devicesReadAtOnce: 2 }),
  };
}

function fleetOf(...deviceIds: readonly string[]): FleetMap {
  return new FleetMap({
    sites: [],
    devices: deviceIds.map((deviceId) => {
      return { deviceId, name: deviceId, createdAt: 0, schedule: [] };
    }),
    assignments: deviceIds.map((deviceId) => ({ deviceId, siteId: 'north', fromHour: 0 })),
  });
}

test('is read once for all who ask at the same time or soon after', async () => {
  const { reader, clock, activity } = await setUp();
  const fleet = fleetOf('door-1', 'door-2');
  await Promise.all([activity.read(fleet, range), activity.read(fleet, range)]);
  clock.at += 9_999;
  assert.equal((await activity.read(fleet, range)).activities.length, 2);
  assert.equal(reader.reads, 1);
  clock.at += 1;
  await activity.read(fleet, range);
  assert.equal(reader.reads, 2);
});

test('is used for a shorter time where the fleet is small', async () => {
  const { reader, clock, activity } = await setUp();
  const fleet = fleetOf('door-1');
  await activity.read(fleet, range);
  clock.at += 4_999;
  await activity.read(fleet, range);
  assert.equal(reader.reads, 1);
  clock.at += 1;
  await activity.read(fleet, range);
  assert.equal(reader.reads, 2);
});

test('is read anew for another range, and once a device was added or moved', async () => {
  const { reader, activity } = await setUp();
  await activity.read(fleetOf('door-1'), range);
  await activity.read(fleetOf('door-1'), { ...range, to: 120_000 });
  assert.equal((await activity.read(fleetOf('door-1', 'door-2'), range)).activities.length, 2);
  const moved = new FleetMap({
    sites: [],
    devices: [...fleetOf('door-1', 'door-2').devices.values()],
    assignments: ['door-1', 'door-2'].map((deviceId) => {
      return { deviceId, siteId: 'south', fromHour: 0 };
    }),
  });
  assert.equal((await activity.read(moved, range)).activities[0]?.stay.siteId, 'south');
  assert.equal(reader.reads, 4);
});

test('a failure is not kept', async () => {
  const { reader, activity } = await setUp();
  reader.fails = true;
  await assert.rejects(activity.read(fleetOf('door-1'), range), /store is down/);
  reader.fails = false;
  assert.equal((await activity.read(fleetOf('door-1'), range)).activities.length, 1);
});
