import {
  channels,
  downwardChannels,
  parseMqttTopic,
  upwardChannels,
  type Channel,
} from '@emotion-fleet/contracts';

export interface PublishAttempt {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
}

type AccessRefusal = 'foreign_topic' | 'qos_not_allowed' | 'retain_not_allowed';
export type Access =
  | { readonly ok: true; readonly channel: Channel }
  | { readonly ok: false; readonly reason: AccessRefusal };

/**
 * A device publishes to its own upward channels. QoS 2 is refused everywhere (a failed hand-over would be
 * reported as a success when it is sent again), records need QoS 1 (at QoS 0 nobody could send them again),
 * and only the status may be retained.
 */
export function accessToPublish(deviceId: string, { topic, qos, retain }: PublishAttempt): Access {
  const parsed = parseMqttTopic(topic);
  if (parsed?.deviceId !== deviceId || !upwardChannels.includes(parsed.channel)) {
    return { ok: false, reason: 'foreign_topic' };
  }
  const { channel } = parsed;
  const qosAllowed = channel === channels.records ? qos === 1 : qos <= 1;
  if (!qosAllowed) return { ok: false, reason: 'qos_not_allowed' };
  if (retain && channel !== channels.status) return { ok: false, reason: 'retain_not_allowed' };
  return { ok: true, channel };
}

/** A device subscribes to its own downward channels by their full name; no wildcard matches that. */
export function accessToSubscribe(
  deviceId: string,
  { topic, qos }: Pick<PublishAttempt, 'topic' | 'qos'>,
): Access {
  const parsed = parseMqttTopic(topic);
  if (parsed?.deviceId !== deviceId || !downwardChannels.includes(parsed.channel)) {
    return { ok: false, reason: 'foreign_topic' };
  }
  return qos <= 1
    ? { ok: true, channel: parsed.channel }
    : { ok: false, reason: 'qos_not_allowed' };
}
