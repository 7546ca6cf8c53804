import type { DeviceRegistry } from '@emotion-fleet/observation-store';
import { startAt } from './records.ts';
import type { World } from './world.ts';

/** The sites and cameras of the world, with where each stood when. */
export async function fillRegistry(
  registry: DeviceRegistry,
  world: Pick<World, 'assignments'>,
): Promise<void> {
  for (const siteId of ['north', 'south']) {
    const site = { siteId, name: siteId, timeZone: 'UTC', purpose: 'demo' as const };
    await registry.addSite({ ...site, openingHours: [], createdAt: startAt });
  }
  for (const { deviceId, siteId, fromHour } of world.assignments.slice(0, 4)) {
    const device = { deviceId, name: deviceId, createdAt: fromHour, schedule: [] };
    await registry.addDevice(device, siteId);
  }
  for (const assignment of world.assignments.slice(4)) await registry.assign(assignment);
}
