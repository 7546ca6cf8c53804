import { join } from 'node:path';

export type CassandraSettings = Readonly<Record<string, unknown>>;

/** `periodic` acks up to 10 s before the disk has it. */
export type CommitLogSync = 'batch' | 'group' | 'periodic';

export interface CassandraYamlOptions {
  readonly port: number;
  readonly storagePort: number;
  readonly dataDirectory: string;
  readonly commitLogSync: CommitLogSync;
  readonly settings: CassandraSettings;
}

const syncSettings: Record<CommitLogSync, CassandraSettings> = {
  batch: { commitlog_sync: 'batch' },
  group: { commitlog_sync: 'group', commitlog_sync_group_window: '2ms' },
  periodic: { commitlog_sync: 'periodic', commitlog_sync_period: '10000ms' },
};

/** cassandra.yaml of a single node on loopback; values are JSON, which is YAML. Unknown keys stop Cassandra. */
export function cassandraYaml(options: CassandraYamlOptions): string {
  const { port, storagePort, dataDirectory, commitLogSync, settings } = options;
  const seeds = [{ seeds: `127.0.0.1:${storagePort}` }];
  const keys: CassandraSettings = {
    cluster_name: 'emotion-fleet',
    num_tokens: 1,
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    endpoint_snitch: 'SimpleSnitch',
    seed_provider: [
      { class_name: 'org.apache.cassandra.locator.SimpleSeedProvider', parameters: seeds },
    ],
    listen_address: '127.0.0.1',
    rpc_address: '127.0.0.1',
    storage_port: storagePort,
    native_transport_port: port,
    data_file_directories: [join(dataDirectory, 'data')],
    commitlog_directory: join(dataDirectory, 'commitlog'),
    saved_caches_directory: join(dataDirectory, 'saved_caches'),
    hints_directory: join(dataDirectory, 'hints'),
    cdc_raw_directory: join(dataDirectory, 'cdc_raw'),
    authenticator: 'AllowAllAuthenticator',
    authorizer: 'AllowAllAuthorizer',
    // Dropping a keyspace shall free its space; snapshots of test data help nobody.
    auto_snapshot: false,
    disk_access_mode: 'mmap_index_only',
    ...syncSettings[commitLogSync],
    ...settings,
  };
  return Object.entries(keys)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}
