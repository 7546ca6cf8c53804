import { join } from 'node:path';
import {
  profileSettings,
  splitList,
  Type,
  type Profile,
  type ProfileNeeds,
} from '@emotion-fleet/service';
import { CassandraDeviceRegistry } from './cassandra-device-registry.ts';
import { CassandraObservationStore } from './cassandra-observation-store.ts';
import { defaultKeyspace, type CassandraOptions } from './cassandra/options.ts';
import type { DeviceRegistry } from './device-registry.ts';
import type { ObservationStore } from './observation-store.ts';
import { SqliteDeviceRegistry } from './sqlite-device-registry.ts';
import { SqliteObservationStore } from './sqlite-observation-store.ts';

/** What a service is told about store and registry; part of its configuration. */
export const storeSettings = {
  ...profileSettings,
  /** `host:port`, several with commas. */
  cassandraContactPoints: Type.Optional(Type.String({ minLength: 1 })),
  cassandraLocalDataCenter: Type.String({ minLength: 1, default: 'datacenter1' }),
  cassandraKeyspace: Type.String({ minLength: 1, default: defaultKeyspace }),
  cassandraReplicationFactor: Type.Integer({ minimum: 1, default: 3 }),
};
export const storeNeeds: ProfileNeeds = {
  embedded: ['dataDirectory'],
  distributed: ['cassandraContactPoints'],
};

export interface StoreSettings {
  readonly profile: Profile;
  readonly dataDirectory?: string;
  readonly cassandraContactPoints?: string;
  readonly cassandraLocalDataCenter: string;
  readonly cassandraKeyspace: string;
  readonly cassandraReplicationFactor: number;
}

/** The store of the profile; not started. */
export function openObservationStore(settings: StoreSettings): ObservationStore {
  const { profile, dataDirectory = '.' } = settings;
  return profile === 'embedded'
    ? new SqliteObservationStore({ directory: dataDirectory })
    : new CassandraObservationStore({ cassandra: cassandraOf(settings) });
}

/** The registry of the profile; not started. */
export function openDeviceRegistry(settings: StoreSettings): DeviceRegistry {
  const { profile, dataDirectory = '.' } = settings;
  return profile === 'embedded'
    ? new SqliteDeviceRegistry({ path: join(dataDirectory, 'registry.sqlite') })
    : new CassandraDeviceRegistry({ cassandra: cassandraOf(settings) });
}

function cassandraOf(settings: StoreSettings): CassandraOptions {
  return {
    contactPoints: splitList(settings.cassandraContactPoints),
    localDataCenter: settings.cassandraLocalDataCenter,
    keyspace: settings.cassandraKeyspace,
    replication: settings.cassandraReplicationFactor,
  };
}
