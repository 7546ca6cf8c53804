import type { DeviceState } from '@emotion-fleet/contracts/api';
import type { DeviceEntry, DeviceStatusRow } from '@emotion-fleet/observation-store';
import { isRevoked } from './fleet-map.ts';

/** Connected and nothing stored for this long: late. */
const lateAfterMs = 3 * 60_000;

export interface DeviceSigns {
  readonly device: DeviceEntry;
  /** Epoch ms. */
  readonly now: number;
  readonly status: DeviceStatusRow | undefined;
  /** `observedAt` of the last stored record. */
  readonly lastRecordAt: number | undefined;
  /** What the camera last said of itself. */
  readonly cameraState: string | undefined;
}

export interface ExplainedState {
  readonly state: DeviceState;
  /** One sentence: why. */
  readonly detail: string;
}

const blindness: Readonly<Record<string, string>> = {
  covered: 'The camera is covered.',
  dark: 'It is too dark for the camera to see.',
  frozen: 'The picture is frozen.',
  lost: 'The camera gives no picture.',
};

/** The state of a device and the reason for it. What an operator must do first comes first. */
export function explainState(signs: DeviceSigns): ExplainedState {
  const { device, now, status, lastRecordAt, cameraState } = signs;
  if (isRevoked(device, now)) {
    return { state: 'revoked', detail: 'Its credentials were revoked.' };
  }
  if (status === undefined && lastRecordAt === undefined) {
    return { state: 'never', detail: 'It has not connected yet.' };
  }
  if (status?.message.state !== 'online') {
    return { state: 'offline', detail: offlineDetail(status, now) };
  }
  const heardAt = Math.max(lastRecordAt ?? 0, status.receivedAt);
  if (now - heardAt > lateAfterMs) {
    return {
      state: 'late',
      detail: `It is connected, but its latest record is ${age(now - (lastRecordAt ?? status.receivedAt))} old.`,
    };
  }
  if (cameraState === 'paused') {
    return { state: 'paused', detail: 'Paused by the privacy switch.' };
  }
  if (cameraState !== undefined && cameraState !== 'ok') {
    return { state: 'blind', detail: blindness[cameraState] ?? 'The camera does not see.' };
  }
  return { state: 'ok', detail: 'It is connected and the camera sees.' };
}

function offlineDetail(status: DeviceStatusRow | undefined, now: number): string {
  if (status === undefined) return 'It is not connected.';
  return `It disconnected ${age(now - status.receivedAt)} ago.`;
}

/** `50 seconds`, `4 minutes`, `3 hours`, `2 days` */
function age(ms: number): string {
  const steps = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const;
  const [unit, unitMs] = steps.find(([, stepMs]) => ms >= stepMs) ?? ['second', 1_000];
  const count = Math.max(0, Math.floor(ms / unitMs));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
