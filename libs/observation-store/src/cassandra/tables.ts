import type { types } from 'cassandra-driver';
import type {
  DeviceHourRow,
  DeviceWindowRow,
  GridRow,
  LedgerBlockRow,
  LedgerRunRow,
  Scope,
  ScopeWindowRow,
} from '../rows.ts';
import {
  decodeCells,
  decodeScopeWindow,
  decodeWindow,
  encodeCells,
  encodeScopeWindow,
  encodeWindow,
} from '../values-codec.ts';
import { monthBucket } from './buckets.ts';
import type { CassandraConnection } from './connection.ts';
import { decodeBlock, encodeBlock } from './ledger-codec.ts';
import { VersionedTable } from './versioned-table.ts';

/*
 * The versioned tables: which columns are whose key, and how a row becomes its one cell. What is read was written by
 * this code, so that the types are asserted here.
 */

export interface TablesOptions {
  readonly connection: CassandraConnection;
  readonly keyspace: string;
  readonly minuteTtlSeconds: (row: DeviceWindowRow) => number;
}

const time = (row: types.Row, column: string): number => (row[column] as Date).getTime();
const text = (row: types.Row, column: string): string => row[column] as string;

export type VersionedTables = ReturnType<typeof versionedTables>;

export function versionedTables({ connection, keyspace, minuteTtlSeconds }: TablesOptions) {
  const at = (table: string) => ({ connection, table: `${keyspace}.${table}` });
  return {
    minutes: new VersionedTable<DeviceWindowRow>({
      ...at('minutes_by_device'),
      ...windowKey,
      ...windowContent,
      ttlSeconds: minuteTtlSeconds,
    }),
    hours: new VersionedTable<DeviceHourRow>({
      ...at('hours_by_device'),
      ...windowKey,
      encode: encodeHour,
      decode: (key, content, version) =>
        decodeHour(text(key, 'device_id'), time(key, 'window_start'), content, version),
    }),
    hoursByWindow: new VersionedTable<DeviceHourRow>({
      ...at('hours_by_window'),
      partition: ['hour', 'log_partition'],
      clustering: ['device_id'],
      partitionOf: (row) => [row.windowStart, row.logPartition],
      clusteringOf: (row) => [row.deviceId],
      encode: encodeHour,
      decode: (key, content, version) =>
        decodeHour(text(key, 'device_id'), time(key, 'hour'), content, version),
    }),
    days: new VersionedTable<DeviceWindowRow>({
      ...at('days_by_device'),
      ...windowKey,
      ...windowContent,
    }),
    scopeHours: new VersionedTable<ScopeWindowRow>({
      ...at('hours_by_scope'),
      ...scopeWindow,
    }),
    scopeDays: new VersionedTable<ScopeWindowRow>({
      ...at('days_by_scope'),
      ...scopeWindow,
    }),
    grids: new VersionedTable<GridRow>({
      ...at('grids_by_device'),
      partition: ['device_id', 'month'],
      clustering: ['hour'],
      partitionOf: (row) => [row.deviceId, monthBucket.of(row.hour)],
      clusteringOf: (row) => [row.hour],
      encode: (row) => encodeCells(row.cells),
      decode: (key, content, version) => ({
        ...{ deviceId: text(key, 'device_id'), hour: time(key, 'hour'), version },
        cells: decodeCells(content as string),
      }),
    }),
    ledgerBlocks: new VersionedTable<LedgerBlockRow>({
      ...at('ledger_by_run'),
      partition: ['device_id'],
      clustering: ['run_id', 'block'],
      partitionOf: (row) => [row.deviceId],
      clusteringOf: (row) => [row.runId, row.block],
      encode: encodeBlock,
      decode: (key, content, version) => ({
        ...{ deviceId: text(key, 'device_id'), runId: text(key, 'run_id') },
        ...{ block: Number(key['block']), version, ...decodeBlock(content as Buffer) },
      }),
    }),
    ledgerRuns: new VersionedTable<LedgerRunRow>({
      ...at('ledger_runs'),
      partition: ['device_id'],
      clustering: ['run_id'],
      partitionOf: (row) => [row.deviceId],
      clusteringOf: (row) => [row.runId],
      encode: (row) => JSON.stringify([row.headSeq, row.ackedBelow, row.firstAt, row.lastAt]),
      decode: (key, content, version) => {
        const [headSeq = 0, ackedBelow = 0, firstAt = 0, lastAt = 0] = JSON.parse(
          content as string,
        ) as number[];
        return {
          ...{ deviceId: text(key, 'device_id'), runId: text(key, 'run_id'), version },
          ...{ headSeq, ackedBelow, firstAt, lastAt },
        };
      },
    }),
  };
}

const windowKey = {
  partition: ['device_id', 'month'],
  clustering: ['window_start'],
  partitionOf: (row: DeviceWindowRow) => [row.deviceId, monthBucket.of(row.windowStart)],
  clusteringOf: (row: DeviceWindowRow) => [row.windowStart],
};

const windowContent = {
  encode: (row: DeviceWindowRow) => encodeWindow(row.values),
  decode: (key: types.Row, content: string | Buffer, version: number): DeviceWindowRow => ({
    ...{ deviceId: text(key, 'device_id'), windowStart: time(key, 'window_start'), version },
    values: decodeWindow(content as string),
  }),
};

/** The log partition stands before the values: a row's parts must be one cell. */
function encodeHour(row: DeviceHourRow): string {
  return `${row.logPartition} ${encodeWindow(row.values)}`;
}

function decodeHour(
  deviceId: string,
  windowStart: number,
  content: string | Buffer,
  version: number,
): DeviceHourRow {
  const line = content as string;
  const space = line.indexOf(' ');
  const values = decodeWindow(line.slice(space + 1));
  return { deviceId, windowStart, version, logPartition: Number(line.slice(0, space)), values };
}

const scopeWindow = {
  partition: ['scope', 'month'],
  clustering: ['window_start', 'log_partition'],
  partitionOf: (row: ScopeWindowRow) => [row.scope, monthBucket.of(row.windowStart)],
  clusteringOf: (row: ScopeWindowRow) => [row.windowStart, row.logPartition],
  encode: (row: ScopeWindowRow) => encodeScopeWindow(row.values),
  decode: (key: types.Row, content: string | Buffer, version: number): ScopeWindowRow => ({
    ...{ scope: text(key, 'scope') as Scope, windowStart: time(key, 'window_start') },
    ...{ logPartition: key['log_partition'] as number, version },
    values: decodeScopeWindow(content as string),
  }),
};
