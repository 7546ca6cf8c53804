import type { PageQuery, SiteList } from '@emotion-fleet/contracts/api';
import { readDevicesNow } from './device-signs.ts';
import type { FleetMap } from './fleet-map.ts';
import { LastHourReader } from './last-hour.ts';
import { pageOf } from './page.ts';
import type { ReadingTools } from './reading.ts';

/** Sites by id, each with how many of its cameras are well. */
export async function readSiteList(
  tools: ReadingTools,
  fleet: FleetMap,
  query: PageQuery,
): Promise<SiteList> {
  const { page, next } = pageOf({
    items: [...fleet.sites.values()],
    idOf: ({ siteId }) => siteId,
    query,
  });
  const now = tools.clock.now();
  const bySite = page.map((site) => ({ site, devices: fleet.currentDevices(site.siteId, now) }));
  const [states, lastHour] = await Promise.all([
    readDevicesNow({
      store: tools.store,
      devices: bySite.flatMap(({ devices }) => devices),
      now,
    }),
    LastHourReader.read(tools, fleet),
  ]);
  const well = new Set(
    states.filter(({ state }) => state === 'ok').map(({ device }) => device.deviceId),
  );
  const items = bySite.map(({ site, devices }) => ({
    siteId: site.siteId,
    name: site.name,
    timeZone: site.timeZone,
    purpose: site.purpose,
    openingHours: site.openingHours,
    devices: {
      total: devices.length,
      ok: devices.filter(({ deviceId }) => well.has(deviceId)).length,
    },
    ...lastHour.of({ kind: 'site', siteId: site.siteId }),
  }));
  return { items, next };
}
