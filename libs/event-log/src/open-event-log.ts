import { join } from 'node:path';
import {
  profileSettings,
  splitList,
  Type,
  type Logger,
  type Profile,
  type ProfileNeeds,
} from '@emotion-fleet/service';
import type { EventLog } from './event-log.ts';
import { KafkaEventLog } from './kafka-event-log.ts';
import { SqliteEventLog } from './sqlite-event-log.ts';

/** What a service is told about the log; part of its configuration. */
export const eventLogSettings = {
  ...profileSettings,
  /** `host:port`, several with commas. */
  kafkaBrokers: Type.Optional(Type.String({ minLength: 1 })),
  kafkaReplicationFactor: Type.Integer({ minimum: 1, default: 3 }),
  kafkaMinInSyncReplicas: Type.Integer({ minimum: 1, default: 2 }),
};
export const eventLogNeeds: ProfileNeeds = {
  embedded: ['dataDirectory'],
  distributed: ['kafkaBrokers'],
};

export interface EventLogSettings {
  readonly profile: Profile;
  readonly dataDirectory?: string;
  readonly kafkaBrokers?: string;
  readonly kafkaReplicationFactor: number;
  readonly kafkaMinInSyncReplicas: number;
}

/** The log of the profile; not started. */
export function openEventLog(
  settings: EventLogSettings,
  { clientId, logger }: { clientId: string; logger: Logger },
): EventLog {
  const { profile, dataDirectory = '.', kafkaBrokers } = settings;
  if (profile === 'embedded') {
    return new SqliteEventLog({ file: join(dataDirectory, 'event-log.sqlite') });
  }
  return new KafkaEventLog({
    brokers: splitList(kafkaBrokers),
    clientId,
    logger,
    // An append settles within twice this: before the gateway gives the device up.
    sendTimeoutMs: 1_200,
    topics: {
      replicationFactor: settings.kafkaReplicationFactor,
      minInSyncReplicas: settings.kafkaMinInSyncReplicas,
    },
  });
}
