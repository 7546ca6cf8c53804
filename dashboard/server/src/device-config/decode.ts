import {
  configValidators,
  type DesiredConfig,
  type Received,
  type ReportedConfig,
} from '@emotion-fleet/contracts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** An entry of `device-config`; undefined where it is none. */
export function decodeDesired(bytes: Uint8Array): DesiredConfig | undefined {
  const value = parse(bytes);
  return configValidators.desired.Check(value) ? value : undefined;
}

/** An entry of `device-config-reported`; undefined where it is none, or stands under another device. */
export function decodeReported(
  bytes: Uint8Array,
  key: string,
): Received<ReportedConfig> | undefined {
  const value = parse(bytes);
  if (typeof value !== 'object' || value === null) return undefined;
  const { deviceId, receivedAt, message } = value as Partial<Received<unknown>>;
  if (deviceId !== key || !Number.isSafeInteger(receivedAt)) return undefined;
  if (!configValidators.reported.Check(message)) return undefined;
  return { deviceId, receivedAt: receivedAt as number, message };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}
