import type { DeviceRecord, HealthMessage, StatusMessage } from '@emotion-fleet/contracts';
import type {
  DeviceHourRow,
  DeviceStatusRow,
  DeviceWindowRow,
  ErasureRow,
  GridRow,
  HealthRow,
  LedgerBlockRow,
  LedgerRunRow,
  RecordRow,
  Scope,
  ScopeWindowRow,
} from '../rows.ts';
import { recordTime } from '../record-time.ts';
import {
  decodeCells,
  decodeScopeWindow,
  decodeWindow,
  encodeCells,
  encodeScopeWindow,
  encodeWindow,
} from '../values-codec.ts';
import type { SqlRow } from './worker-messages.ts';

/*
 * Rows of the port to parameters, and rows of SQLite back, in the orders of `statements.ts`. What is read was
 * written by this code, so that the types are asserted here, at the one place that knows both sides.
 */

export function recordParameters({ deviceId, receivedAt, record }: RecordRow): SqlRow {
  const { runId, seq } = record;
  return [deviceId, recordTime(record), runId, seq, receivedAt, JSON.stringify(record)];
}

export function toRecord(deviceId: string, receivedAt: number, json: string): RecordRow {
  return { deviceId, receivedAt, record: JSON.parse(json) as DeviceRecord };
}

export function windowParameters(row: DeviceWindowRow): SqlRow {
  return [row.deviceId, row.windowStart, row.version, encodeWindow(row.values)];
}

export function toWindow(row: SqlRow): DeviceWindowRow {
  const [deviceId, windowStart, version, values] = row as [string, number, number, string];
  return { deviceId, windowStart, version, values: decodeWindow(values) };
}

export function hourParameters(row: DeviceHourRow): SqlRow {
  const { deviceId, windowStart, version, logPartition, values } = row;
  return [deviceId, windowStart, version, logPartition, encodeWindow(values)];
}

export function toHour(row: SqlRow): DeviceHourRow {
  return { ...toWindow(row), logPartition: row[4] as number };
}

export function scopeParameters(row: ScopeWindowRow): SqlRow {
  const { scope, windowStart, logPartition, version, values } = row;
  return [scope, windowStart, logPartition, version, encodeScopeWindow(values)];
}

export function toScope(row: SqlRow): ScopeWindowRow {
  const [scope, windowStart, logPartition, version, values] = row as [
    Scope,
    number,
    number,
    number,
    string,
  ];
  return { scope, windowStart, logPartition, version, values: decodeScopeWindow(values) };
}

export function gridParameters({ deviceId, hour, version, cells }: GridRow): SqlRow {
  return [deviceId, hour, version, encodeCells(cells)];
}

export function toGrid(row: SqlRow): GridRow {
  const [deviceId, hour, version, cells] = row as [string, number, number, string];
  return { deviceId, hour, version, cells: decodeCells(cells) };
}

export function blockParameters(row: LedgerBlockRow): SqlRow {
  const { deviceId, runId, block, version, stored, declared, rejected, firstAt, lastAt } = row;
  return [deviceId, runId, block, version, stored, declared, rejected, firstAt, lastAt];
}

export function toBlock(row: SqlRow): LedgerBlockRow {
  const [deviceId, runId, block, version, stored, declared, rejected, firstAt, lastAt] = row as [
    string,
    string,
    number,
    number,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    number,
    number,
  ];
  return { deviceId, runId, block, version, stored, declared, rejected, firstAt, lastAt };
}

export function runParameters(row: LedgerRunRow): SqlRow {
  const { deviceId, runId, version, headSeq, ackedBelow, firstAt, lastAt } = row;
  return [deviceId, runId, version, headSeq, ackedBelow, firstAt, lastAt];
}

export function toRun(row: SqlRow): LedgerRunRow {
  const [deviceId, runId, version, headSeq, ackedBelow, firstAt, lastAt] = row as [
    string,
    string,
    number,
    number,
    number,
    number,
    number,
  ];
  return { deviceId, runId, version, headSeq, ackedBelow, firstAt, lastAt };
}

export function statusParameters({ deviceId, receivedAt, message }: DeviceStatusRow): SqlRow {
  return [deviceId, message.connectSeq, receivedAt, JSON.stringify(message)];
}

export function toStatus(row: SqlRow): DeviceStatusRow {
  const [deviceId, receivedAt, message] = row as [string, number, string];
  return { deviceId, receivedAt, message: JSON.parse(message) as StatusMessage };
}

export function healthParameters({ deviceId, receivedAt, message }: HealthRow): SqlRow {
  return [deviceId, receivedAt, JSON.stringify(message)];
}

export function toHealth(row: SqlRow): HealthRow {
  const [deviceId, receivedAt, message] = row as [string, number, string];
  return { deviceId, receivedAt, message: JSON.parse(message) as HealthMessage };
}

export function erasureParameters({ deviceId, from, to, erasedAt }: ErasureRow): SqlRow {
  return [deviceId, from, to, erasedAt];
}

export function toErasure(row: SqlRow): ErasureRow {
  const [deviceId, from, to, erasedAt] = row as [string, number, number, number];
  return { deviceId, from, to, erasedAt };
}
