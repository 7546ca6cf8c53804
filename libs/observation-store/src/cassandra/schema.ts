import { hourMs } from '../windows/time.ts';

export interface SchemaOptions {
  readonly keyspace: string;
  readonly rawRetentionMs: number;
  readonly healthRetentionMs: number;
}

/** A migration: statements that do nothing where their work is done already. */
type Migration = readonly string[];

/** Versions of the schema before the first release, whose windows had other keys (docs/decisions/0013). */
export const versionsBeforeRelease = 2;

/**
 * Each is run once, in order, and never edited after a release: the next change is the next one.
 * `CassandraMigrator` counts those that a keyspace has seen, from `versionsBeforeRelease` on.
 */
export function migrations(options: SchemaOptions): readonly Migration[] {
  return [
    [
      ...rawTables(options),
      ...rollupTables(options.keyspace),
      ...registryTables(options),
      // Small, and read whole; a moment without an end doesn't fit a `timestamp` of every driver.
      `CREATE TABLE IF NOT EXISTS ${options.keyspace}.erasures (
         device_id text, from_at bigint, to_at bigint, erased_at bigint,
         PRIMARY KEY ((device_id), from_at, to_at))`,
    ],
  ];
}

/**
 * A partition holds an hour (samples) or a day of a device. Rows of one time lie together on disk (TWCS), so that
 * whole files go when their time is over. With `gc_grace_seconds` at its default of 10 days they would stay on disk
 * for more than twice their time; a day is enough for hints and repairs of what lives for eight.
 */
function rawTables({ keyspace, rawRetentionMs, healthRetentionMs }: SchemaOptions): Migration {
  const raw = (name: string, bucket: string, time: string, retentionMs: number): string => `
    CREATE TABLE IF NOT EXISTS ${keyspace}.${name} (
      device_id text, ${bucket} timestamp, ${time} timestamp, run_id text, seq bigint,
      received_at timestamp, record text,
      PRIMARY KEY ((device_id, ${bucket}), ${time}, run_id, seq)
    ) WITH gc_grace_seconds = 86400 AND compaction = ${timeWindows(retentionMs)}`;
  return [
    raw('samples_by_device', 'hour', 'observed_at', rawRetentionMs),
    raw('visits_by_device', 'day', 'started_at', rawRetentionMs),
    raw('presence_by_device', 'day', 'started_at', rawRetentionMs),
    raw('gaps_by_device', 'day', 'observed_at', rawRetentionMs),
    `CREATE TABLE IF NOT EXISTS ${keyspace}.health_by_device (
       device_id text, day timestamp, received_at timestamp, message text,
       PRIMARY KEY ((device_id, day), received_at)
     ) WITH gc_grace_seconds = 86400 AND compaction = ${timeWindows(healthRetentionMs)}`,
  ];
}

/** Some 24 windows over a row's life: fewer keep dead rows for longer, more are more files to read. */
function timeWindows(retentionMs: number): string {
  const hours = Math.max(1, Math.round(retentionMs / hourMs / 24));
  return `{'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'HOURS',
    'compaction_window_size': ${hours}}`;
}

/**
 * Rows that are written again and again; `content` is one cell, so that a row is never half of two writes. All windows
 * of a device's month, and of a scope's, share a partition key: what a flush has for them is one write.
 */
function rollupTables(keyspace: string): Migration {
  const table = (name: string, columns: string, key: string): string => `
    CREATE TABLE IF NOT EXISTS ${keyspace}.${name} (${columns}, PRIMARY KEY (${key}))
    WITH compaction = {'class': 'UnifiedCompactionStrategy'}`;
  const windows = (name: string): string =>
    table(
      name,
      'device_id text, month timestamp, window_start timestamp, content text',
      '(device_id, month), window_start',
    );
  const scopes = (name: string): string =>
    table(
      name,
      'scope text, month timestamp, window_start timestamp, log_partition int, content text',
      '(scope, month), window_start, log_partition',
    );
  return [
    windows('minutes_by_device'),
    windows('hours_by_device'),
    windows('days_by_device'),
    table(
      'hours_by_window',
      'hour timestamp, log_partition int, device_id text, content text',
      '(hour, log_partition), device_id',
    ),
    scopes('hours_by_scope'),
    scopes('days_by_scope'),
    table(
      'grids_by_device',
      'device_id text, month timestamp, hour timestamp, content text',
      '(device_id, month), hour',
    ),
    table(
      'ledger_by_run',
      'device_id text, run_id text, block bigint, content blob',
      '(device_id), run_id, block',
    ),
    table('ledger_runs', 'device_id text, run_id text, content text', '(device_id), run_id'),
    // The newest connection comes first, so that a read stops before what it has replaced.
    `CREATE TABLE IF NOT EXISTS ${keyspace}.device_status (
       device_id text, connect_seq bigint, received_at timestamp, message text,
       PRIMARY KEY ((device_id), connect_seq, received_at)
     ) WITH CLUSTERING ORDER BY (connect_seq DESC, received_at DESC)
       AND compaction = {'class': 'UnifiedCompactionStrategy'}`,
  ];
}

function registryTables({ keyspace }: SchemaOptions): Migration {
  return [
    `CREATE TABLE IF NOT EXISTS ${keyspace}.sites (
       site_id text PRIMARY KEY, name text, time_zone text, purpose text, opening_hours text,
       created_at timestamp)`,
    // The first assignment stands in the device's own row: one conditional write adds both or neither.
    `CREATE TABLE IF NOT EXISTS ${keyspace}.devices (
       device_id text PRIMARY KEY, name text, schedule text, token_hash blob, first_site_id text,
       created_at timestamp, revoked_at timestamp)`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.assignments (
       device_id text, from_hour timestamp, site_id text,
       PRIMARY KEY ((device_id), from_hour))`,
  ];
}
