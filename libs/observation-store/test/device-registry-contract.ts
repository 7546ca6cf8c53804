import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  hourMs,
  type DeviceEntry,
  type DeviceRegistry,
  type SiteEntry,
} from '@emotion-fleet/observation-store';
import { anHour } from './builders.ts';

export interface RegistryUnderTest {
  readonly registry: DeviceRegistry;
  readonly remove: () => Promise<void>;
}

const site = (siteId: string): SiteEntry => ({
  siteId,
  name: `Site ${siteId}`,
  timeZone: 'Europe/Berlin',
  purpose: 'retail',
  openingHours: [{ weekdays: [1, 2, 3, 4, 5, 6], from: '09:00', to: '20:00' }],
  createdAt: anHour,
});

const device = (deviceId: string): DeviceEntry => ({
  deviceId,
  name: `Camera ${deviceId}`,
  createdAt: anHour + 1_234_567,
  schedule: [{ weekdays: [6, 7], from: '10:00', to: '24:00' }],
});

/** What every adapter of `DeviceRegistry` must do. */
export function deviceRegistryContract(
  name: string,
  create: () => Promise<RegistryUnderTest>,
): void {
  describe(`${name} as a device registry`, () => {
    let registry: DeviceRegistry;
    let remove: () => Promise<void>;
    before(async () => {
      ({ registry, remove } = await create());
      assert.equal(registry.health().state, 'down');
      await registry.start();
      await registry.addSite(site('shop'));
      await registry.addSite(site('museum'));
    });
    after(async () => {
      await registry.stop();
      await remove();
    });

    test('is healthy once started', () => assert.equal(registry.health().state, 'ok'));

    test('lists sites as they were added, in order of their ids', async () => {
      assert.deepEqual(await registry.listSites(), [site('museum'), site('shop')]);
    });

    test('a site or device that exists is not overwritten', async () => {
      await registry.addDevice(device('once'), 'shop');
      await assert.rejects(registry.addSite({ ...site('shop'), name: 'Other' }), {
        code: 'already_exists',
      });
      await assert.rejects(registry.addDevice({ ...device('once'), name: 'Other' }, 'museum'), {
        code: 'already_exists',
      });
      const names = (await registry.listDevices()).map((entry) => entry.name);
      assert.ok(!names.includes('Other'));
    });

    test('a device at an unknown site is not added', async () => {
      await assert.rejects(registry.addDevice(device('lost'), 'nowhere'), { code: 'no_such_site' });
      const ids = (await registry.listDevices()).map((entry) => entry.deviceId);
      assert.ok(!ids.includes('lost'));
    });

    test('a device stands at its site from the hour of its creation on, until it is moved', async () => {
      await registry.addDevice(device('moving'), 'shop');
      await registry.assign({
        ...{ deviceId: 'moving', siteId: 'museum' },
        fromHour: anHour + 5 * hourMs + 1,
      });
      await registry.assign({ deviceId: 'moving', siteId: 'shop', fromHour: anHour + 9 * hourMs });
      await registry.assign({
        deviceId: 'moving',
        siteId: 'museum',
        fromHour: anHour + 9 * hourMs,
      });
      const assignments = (await registry.listAssignments()).filter(
        (assignment) => assignment.deviceId === 'moving',
      );
      assert.deepEqual(assignments, [
        { deviceId: 'moving', siteId: 'shop', fromHour: anHour },
        { deviceId: 'moving', siteId: 'museum', fromHour: anHour + 5 * hourMs },
        { deviceId: 'moving', siteId: 'museum', fromHour: anHour + 9 * hourMs },
      ]);
      assert.deepEqual(
        (await registry.listDevices()).find((entry) => entry.deviceId === 'moving'),
        device('moving'),
      );
    });

    test('assigning an unknown device, or to an unknown site, is refused', async () => {
      await registry.addDevice(device('still'), 'shop');
      const fromHour = anHour;
      await assert.rejects(registry.assign({ deviceId: 'ghost', siteId: 'shop', fromHour }), {
        code: 'no_such_device',
      });
      await assert.rejects(registry.assign({ deviceId: 'still', siteId: 'nowhere', fromHour }), {
        code: 'no_such_site',
      });
    });

    test('a token proves its own device and no other', async () => {
      const { token } = await registry.addDevice(device('proven'), 'shop');
      await registry.addDevice(device('other'), 'shop');
      assert.match(token, /^[A-Za-z0-9_-]{43}$/);
      assert.equal(await registry.verifyToken('proven', token), true);
      assert.equal(await registry.verifyToken('other', token), false);
      assert.equal(await registry.verifyToken('ghost', token), false);
      assert.equal(await registry.verifyToken('proven', `${token}x`), false);
      assert.equal(await registry.verifyToken('proven', ''), false);
    });

    test('a new token takes the place of the old one', async () => {
      const { token } = await registry.addDevice(device('rotated'), 'shop');
      const renewed = await registry.rotateToken('rotated');
      assert.notEqual(renewed.token, token);
      assert.equal(await registry.verifyToken('rotated', token), false);
      assert.equal(await registry.verifyToken('rotated', renewed.token), true);
      await assert.rejects(registry.rotateToken('ghost'), { code: 'no_such_device' });
    });

    test('a revoked device stays listed and proves nothing any more', async () => {
      const { token } = await registry.addDevice(device('revoked'), 'shop');
      await registry.revokeDevice('revoked', anHour + hourMs);
      await registry.revokeDevice('revoked', anHour + 2 * hourMs);
      assert.equal(await registry.verifyToken('revoked', token), false);
      const renewed = await registry.rotateToken('revoked');
      assert.equal(await registry.verifyToken('revoked', renewed.token), false);
      assert.deepEqual(
        (await registry.listDevices()).find((entry) => entry.deviceId === 'revoked'),
        { ...device('revoked'), revokedAt: anHour + hourMs },
      );
      await assert.rejects(registry.revokeDevice('ghost', anHour), { code: 'no_such_device' });
    });
  });
}
