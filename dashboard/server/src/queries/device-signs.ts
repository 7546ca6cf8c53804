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

/** A device as it is now. */
export interface DeviceNow extends ExplainedState {
  readonly device: DeviceEntry;
  readonly status: DeviceStatusRow | undefined;
  /** The latest health message of the last two minutes. */
  readonly health: HealthRow | undefined;
  /** Epoch ms. */
  readonly lastRecordAt: number | undefined;
  readonly cameraState: CameraState | undefined;
}

/** Reads how each of these devices is doing. */
export async function readDevicesNow(options: {
  readonly store: ObservationStore;
  readonly devices: readonly DeviceEntry[];
  readonly now: number;
}): Promise<DeviceNow[]> {
  const { store, devices, now } = options;
  const rows = await store.readDeviceStatuses();
  const statuses = new Map(rows.map((status) => [status.deviceId, status]));
  return mapLimited(devices, (device) =>
    readDeviceNow({ store, device, now, status: statuses.get(device.deviceId) }),
  );
}

async function readDeviceNow(options: {
  readonly store: ObservationStore;
  readonly device: DeviceEntry;
  readonly now: number;
  readonly status: DeviceStatusRow | undefined;
}): Promise<DeviceNow> {
  const { store, device, now, status } = options;
  const { deviceId } = device;
  const soon = now + hourMs;
  const [runs, healths] = await Promise.all([
    store.readLedgerRuns(deviceId),
    store.readHealth(deviceId, { from: now - freshHealthMs, to: soon }),
  ]);
  const health = healths.at(-1);
  const lastRecordAt = runs.length === 0 ? undefined : Math.max(...runs.map((r) => r.lastAt));
  const cameraState =
    health?.message.cameraState ?? (await lastPresenceState(store, deviceId, now));
  const explained = explainState({ device, now, status, lastRecordAt, cameraState });
  return { device, status, health, lastRecordAt, cameraState, ...explained };
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
