import type { DeviceItem, DeviceList, PageQuery } from '@emotion-fleet/contracts/api';
import { readDevicesNow, type DeviceNow } from './device-signs.ts';
import type { FleetMap } from './fleet-map.ts';
import { LastHourReader } from './last-hour.ts';
import { pageOf } from './page.ts';
import { isoTime } from './query-range.ts';
import type { ReadingTools } from './reading.ts';

/** Devices by id, each with how it is doing. */
export async function readDeviceList(
  tools: ReadingTools,
  fleet: FleetMap,
  query: PageQuery,
): Promise<DeviceList> {
  const { page, next } = pageOf({
    items: [...fleet.devices.values()],
    idOf: ({ deviceId }) => deviceId,
    query,
  });
  const now = tools.clock.now();
  const [devices, lastHour] = await Promise.all([
    readDevicesNow({ store: tools.store, devices: page, now }),
    LastHourReader.read(tools, fleet),
  ]);
  const items = devices.map((device) => ({
    ...deviceItem(device),
    siteId: fleet.siteIdOf(device.device.deviceId, now),
    ...lastHour.of({ kind: 'device', deviceId: device.device.deviceId }),
  }));
  return { items, next };
}

function deviceItem(
  now: DeviceNow,
): Omit<DeviceItem, 'siteId' | 'coverageLastHour' | 'visitsLastHour'> {
  const { device, state, status, health, lastRecordAt, cameraState } = now;
  return {
    deviceId: device.deviceId,
    name: device.name,
    state,
    connectedAt: status?.message.state === 'online' ? isoTime(status.receivedAt) : null,
    lastRecordAt: lastRecordAt === undefined ? null : isoTime(lastRecordAt),
    cameraState: cameraState ?? null,
    modelId: status?.message.modelId ?? null,
    agentVersion: status?.message.agentVersion ?? null,
    framesPerSecond: health?.message.framesPerSecond ?? null,
  };
}
