import type { CameraState } from '@emotion-fleet/contracts';
import {
  hourMs,
  type DeviceEntry,
  type DeviceStatusRow,
  type HealthRow,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { explainState, type ExplainedState } from './device-state.ts';
import { mapLimited } from './map-limited.ts';

/** Health messages come each 30 s; what is older than this says nothing about now. */
const freshHealthMs = 2 * 60_000;
const presenceLookbackMs = 5 * 60_000;

/** What a device last said and stored. */
export interface ReadSigns {
  /** The latest health message of the last two minutes. */
  readonly health: HealthRow | undefined;
  /** Epoch ms. */
  readonly lastRecordAt: number | undefined;
  readonly cameraState: CameraState | undefined;
}

/** A device as it is now. */
export interface DeviceNow extends ExplainedState, ReadSigns {
  readonly device: DeviceEntry;
  readonly status: DeviceStatusRow | undefined;
}

/** Reads how each of these devices is doing. */
export async function readDevicesNow(options: {
  readonly store: ObservationStore;
  readonly devices: readonly DeviceEntry[];
  readonly now: number;
}): Promise<DeviceNow[]> {
  const { store, devices, now } = options;
  const statuses = await readStatuses(store);
  return mapLimited(devices, async (device) => {
    const signs = await readSigns({ store, deviceId: device.deviceId, now });
    return deviceNow({ device, status: statuses.get(device.deviceId), signs, now });
  });
}

export async function readStatuses(
  store: ObservationStore,
): Promise<ReadonlyMap<string, DeviceStatusRow>> {
  const rows = await store.readDeviceStatuses();
  return new Map(rows.map((status) => [status.deviceId, status]));
}

export async function readSigns(options: {
  readonly store: ObservationStore;
  readonly deviceId: string;
  readonly now: number;
}): Promise<ReadSigns> {
  const { store, deviceId, now } = options;
  const soon = now + hourMs;
  const [runs, healths] = await Promise.all([
    store.readLedgerRuns(deviceId),
    store.readHealth(deviceId, { from: now - freshHealthMs, to: soon }),
  ]);
  const health = healths.at(-1);
  const lastRecordAt = runs.length === 0 ? undefined : Math.max(...runs.map((r) => r.lastAt));
  const cameraState =
    health?.message.cameraState ?? (await lastPresenceState(store, deviceId, now));
  return { health, lastRecordAt, cameraState };
}

export function deviceNow(options: {
  readonly device: DeviceEntry;
  readonly status: DeviceStatusRow | undefined;
  readonly signs: ReadSigns;
  readonly now: number;
}): DeviceNow {
  const { device, status, signs, now } = options;
  return { device, status, ...signs, ...explainState({ device, now, status, ...signs }) };
}

async function lastPresenceState(
  store: ObservationStore,
  deviceId: string,
  now: number,
): Promise<CameraState | undefined> {
  const rows = await store.readRecords({
    deviceId,
    from: now - presenceLookbackMs,
    to: now + hourMs,
    kinds: ['presence'],
  });
  const record = rows.at(-1)?.record;
  return record?.kind === 'presence' ? record.cameraState : undefined;
}
