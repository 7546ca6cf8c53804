import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDeviceRegistry } from '@emotion-fleet/observation-store/testing';
import { FleetSource } from '../../src/queries/fleet-source.ts';

const site = {
  siteId: 'north',
  name: 'Shop north',
  timeZone: 'UTC',
  purpose: 'demo' as const,
  openingHours: [],
  createdAt: 0,
};

test('the registry is read once for requests that come together, and soon again', async () => {
  const registry = new MemoryDeviceRegistry();
  await registry.start();
  await registry.addSite(site);
  const clock = { at: 0, now: () => clock.at };
  const fleets = new FleetSource({ registry, clock, maxAgeMs: 1_000 });
  const [one, other] = await Promise.all([fleets.load(), fleets.load()]);
  assert.equal(one, other);
  clock.at = 1_000;
  const same = await fleets.load();
  assert.notEqual(same, one);
  assert.equal(same.fingerprint, one.fingerprint);
});

test('what is changed in the registry changes the fingerprint', async () => {
  const registry = new MemoryDeviceRegistry();
  await registry.start();
  const clock = { at: 0, now: () => clock.at };
  const fleets = new FleetSource({ registry, clock, maxAgeMs: 0 });
  const seen = new Set<string>();
  const entry = { deviceId: 'door-1', name: 'Door', createdAt: 0, schedule: [] };
  const changes = [
    async () => registry.addSite(site),
    async () => registry.addSite({ ...site, siteId: 'south' }),
    async () => registry.addDevice(entry, 'north'),
    async () => registry.assign({ deviceId: 'door-1', siteId: 'south', fromHour: 3_600_000 }),
    async () => registry.revokeDevice('door-1', 5),
  ];
  for (const change of changes) {
    await change();
    seen.add((await fleets.load()).fingerprint);
  }
  assert.equal(seen.size, changes.length);
});
