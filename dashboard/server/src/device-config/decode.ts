import {
  configValidators,
  decodeReceived,
  type DesiredConfig,
  type Received,
  type ReportedConfig,
} from '@emotion-fleet/contracts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** An entry of `device-config`; undefined where it is none. */
export function decodeDesired(bytes: Uint8Array): DesiredConfig | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return configValidators.desired.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** An entry of `device-config-reported`; undefined where it is none, or stands under another device. */
export function decodeReported(
  bytes: Uint8Array,
  key: string,
): Received<ReportedConfig> | undefined {
  const received = decodeReceived(key, bytes);
  if (received === undefined) return undefined;
  const { message } = received;
  return configValidators.reported.Check(message) ? { ...received, message } : undefined;
}
