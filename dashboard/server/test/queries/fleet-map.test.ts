import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hourMs } from '@emotion-fleet/observation-store';
import { ExpectedTime } from '../../src/queries/expected-time.ts';
import { FleetMap } from '../../src/queries/fleet-map.ts';

const start = Date.parse('2026-03-04T00:00:00Z');
const at = (hour: number) => start + hour * hourMs;

function mapWith(options: { revokedAt?: number; openFrom?: string } = {}): FleetMap {
  const site = (siteId: string) => ({
    siteId,
    name: siteId,
    timeZone: 'UTC',
    purpose: 'museum' as const,
    openingHours: [
      { weekdays: [1, 2, 3, 4, 5, 6, 7], from: options.openFrom ?? '00:00', to: '24:00' },
    ],
    createdAt: start,
  });
  return new FleetMap({
    sites: [site('north'), site('south')],
    devices: [
      {
        deviceId: 'cam',
        name: 'cam',
        createdAt: at(1) + 1_800_000,
        schedule: [],
        ...(options.revokedAt !== undefined && { revokedAt: options.revokedAt }),
      },
    ],
    assignments: [
      { deviceId: 'cam', siteId: 'south', fromHour: at(10) },
      { deviceId: 'cam', siteId: 'north', fromHour: at(1) },
    ],
  });
}

test('a device counts at the site where it stood', () => {
  const fleet = mapWith();
  const range = { from: at(0), to: at(24) };
  const stay = { deviceId: 'cam', siteId: 'north', from: at(1), to: at(10) };
  assert.deepEqual(fleet.stays({ kind: 'site', siteId: 'north' }, range), [stay]);
  assert.deepEqual(fleet.stays({ kind: 'site', siteId: 'south' }, { from: at(2), to: at(9) }), []);
  assert.equal(fleet.stays({ kind: 'fleet' }, range).length, 2);
  assert.equal(fleet.siteIdOf('cam', at(9)), 'north');
  assert.equal(fleet.siteIdOf('cam', at(10)), 'south');
});

function expected(fleet: FleetMap, siteId: string, now: number): ExpectedTime {
  const stays = fleet.stays({ kind: 'site', siteId }, { from: at(0), to: at(24) });
  return new ExpectedTime({ fleet, stays, now });
}

test('nothing is expected before a device was created, nor in the future', () => {
  assert.equal(expected(mapWith(), 'north', at(24)).total(), 8.5 * hourMs);
  assert.equal(expected(mapWith(), 'north', at(4)).total(), 2.5 * hourMs);
});

test('nothing is expected after a device was revoked', () => {
  assert.equal(expected(mapWith({ revokedAt: at(12) }), 'south', at(24)).total(), 2 * hourMs);
});

test('nothing is expected while the site is closed', () => {
  assert.equal(expected(mapWith({ openFrom: '08:00' }), 'north', at(24)).total(), 2 * hourMs);
});

test('expected time falls into the windows that it belongs to', () => {
  const windows = [0, 1, 2, 3].map((hour) => ({ from: at(hour), to: at(hour + 1) }));
  assert.deepEqual(expected(mapWith(), 'north', at(24)).perWindow(windows), [
    0,
    hourMs / 2,
    hourMs,
    hourMs,
  ]);
});
