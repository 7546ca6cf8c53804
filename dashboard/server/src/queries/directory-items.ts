import type { DeviceItem, SiteItem } from '@emotion-fleet/contracts/api';
import type { SiteEntry } from '@emotion-fleet/observation-store';
import type { DeviceNow } from './device-signs.ts';
import type { FleetMap } from './fleet-map.ts';
import type { LastHourReader } from './last-hour.ts';
import { isoTime } from './query-range.ts';

interface Around {
  readonly fleet: FleetMap;
  readonly lastHour: LastHourReader;
  /** Epoch ms. */
  readonly now: number;
}

export function deviceItem(options: Around & { readonly state: DeviceNow }): DeviceItem {
  const { fleet, lastHour, now } = options;
  const { device, state, status, health, lastRecordAt, cameraState } = options.state;
  const { deviceId, name } = device;
  const siteId = fleet.siteIdOf(deviceId, now);
  return {
    deviceId,
    siteId,
    siteName: fleet.sites.get(siteId)?.name ?? '',
    name,
    state,
    connectedAt: status?.message.state === 'online' ? isoTime(status.receivedAt) : null,
    lastRecordAt: lastRecordAt === undefined ? null : isoTime(lastRecordAt),
    cameraState: cameraState ?? null,
    modelId: status?.message.modelId ?? null,
    agentVersion: status?.message.agentVersion ?? null,
    framesPerSecond: health?.message.framesPerSecond ?? null,
    ...lastHour.of({ kind: 'device', deviceId }),
  };
}

/** With how many of its cameras are well; those that are revoked aren't its own any more. */
export function siteItem(
  options: Around & {
    readonly site: SiteEntry;
    readonly devices: ReadonlyMap<string, DeviceItem>;
  },
): SiteItem {
  const { site, fleet, devices, lastHour, now } = options;
  const { siteId, name, timeZone, purpose, openingHours } = site;
  const present = fleet.currentDevices(siteId, now);
  const ok = present.filter(({ deviceId }) => devices.get(deviceId)?.state === 'ok');
  return {
    siteId,
    name,
    timeZone,
    purpose,
    openingHours,
    devices: { total: present.length, ok: ok.length },
    ...lastHour.of({ kind: 'site', siteId }),
  };
}
