import { isId } from './ids.ts';

/** Channels of one device; the middle part of a topic name. */
export const channels = {
  records: 'records',
  status: 'status',
  health: 'health',
  config: 'config',
  configReported: 'config/reported',
  timeRequest: 'time/request',
  timeResponse: 'time/response',
} as const;
export type Channel = (typeof channels)[keyof typeof channels];

/** What a device may publish; everything else it may only subscribe to. */
export const upwardChannels: readonly Channel[] = [
  channels.records,
  channels.status,
  channels.health,
  channels.configReported,
  channels.timeRequest,
];
export const downwardChannels: readonly Channel[] = [channels.config, channels.timeResponse];

const prefix = 'emotion/v1/devices/';
const known = new Set<string>(Object.values(channels));

/** `emotion/v1/devices/{deviceId}/{channel}` */
export function mqttTopic(deviceId: string, channel: Channel): string {
  return `${prefix}${deviceId}/${channel}`;
}

/** The inverse of `mqttTopic`; undefined for anything else, wildcards included. */
export function parseMqttTopic(topic: string): { deviceId: string; channel: Channel } | undefined {
  if (!topic.startsWith(prefix)) return undefined;
  const slash = topic.indexOf('/', prefix.length);
  if (slash < 0) return undefined;
  const deviceId = topic.slice(prefix.length, slash);
  const channel = topic.slice(slash + 1);
  return isId(deviceId) && known.has(channel)
    ? { deviceId, channel: channel as Channel }
    : undefined;
}
