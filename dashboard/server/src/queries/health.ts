import type { DeviceHealth, HealthEntry, SiteHealth } from '@emotion-fleet/contracts/api';
import { hourMs, type HealthRow } from '@emotion-fleet/observation-store';
import { readDevicesNow } from './device-signs.ts';
import type { FleetMap } from './fleet-map.ts';
import { isoTime } from './query-range.ts';
import type { ReadingTools } from './reading.ts';

/** The state of a device, why, and its health messages of the last hour. */
export async function readDeviceHealth(
  tools: ReadingTools,
  fleet: FleetMap,
  deviceId: string,
): Promise<DeviceHealth> {
  const now = tools.clock.now();
  const device = fleet.requireDevice(deviceId);
  const [rows, [deviceNow]] = await Promise.all([
    tools.store.readHealth(deviceId, { from: now - hourMs, to: now + hourMs }),
    readDevicesNow({ store: tools.store, devices: [device], now }),
  ]);
  const { state, detail, status } = deviceNow!;
  const setup = status?.message.detail ?? null;
  return { deviceId, state, detail, setup, entries: rows.map(entryOf) };
}

/** The state of each device that stands at the site. */
export async function readSiteHealth(
  tools: ReadingTools,
  fleet: FleetMap,
  siteId: string,
): Promise<SiteHealth> {
  const now = tools.clock.now();
  fleet.requireSite(siteId);
  const devices = fleet.currentDevices(siteId, now);
  const states = await readDevicesNow({ store: tools.store, devices, now });
  return {
    siteId,
    devices: states.map(({ device, state, detail }) => ({
      deviceId: device.deviceId,
      state,
      detail,
    })),
  };
}

function entryOf({ receivedAt, message }: HealthRow): HealthEntry {
  return {
    receivedAt: isoTime(receivedAt),
    uptimeMs: message.uptimeMs,
    rssBytes: message.rssBytes,
    cameraState: message.cameraState,
    framesPerSecond: message.framesPerSecond,
    detectMs: message.detectMs ?? null,
    classifyMs: message.classifyMs ?? null,
    outboxRecords: message.outbox.records,
    outboxBytes: message.outbox.bytes,
    diskWrittenBytesLastHour: message.disk?.writtenBytesLastHour ?? null,
    diskMaxBytesPerHour: message.disk?.maxBytesPerHour ?? null,
    diskFreeBytes: message.disk?.freeBytes ?? null,
    sampleStretch: message.disk?.sampleStretch ?? null,
  };
}
