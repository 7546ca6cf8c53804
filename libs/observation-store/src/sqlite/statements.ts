import type { RecordKind } from '@emotion-fleet/contracts';

export const rawTables: Readonly<Record<RecordKind, string>> = {
  sample: 'samples_by_device',
  visit: 'visits_by_device',
  presence: 'presence_by_device',
  gap: 'gaps_by_device',
};
// `Object.entries` forgets the key's type.
export const rawKinds = Object.keys(rawTables) as readonly RecordKind[];

/** A row that is there is left as it is. Parameters: device, time, run, seq, receivedAt, record. */
export function insertRecord(kind: RecordKind): string {
  return `INSERT INTO ${rawTables[kind]} (device_id, time, run_id, seq, received_at, record)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
}

/**
 * One page of records after a (time, run, seq). Parameters: for each kind device, time, run, seq, end of the
 * range, oldest receivedAt; then the limit.
 */
export function selectRecords(kinds: readonly RecordKind[]): string {
  const selects = kinds.map(
    (kind) => `SELECT time, run_id, seq, received_at, record FROM ${rawTables[kind]}
      WHERE device_id = ? AND (time, run_id, seq) > (?, ?, ?) AND time < ? AND received_at > ?`,
  );
  return `${selects.join(' UNION ALL ')} ORDER BY time, run_id, seq LIMIT ?`;
}

/** One page of a table in order of its rows. Parameters: last rowid, oldest receivedAt, limit. */
export function scanRecords(kind: RecordKind): string {
  return `SELECT rowid, device_id, received_at, record FROM ${rawTables[kind]}
    WHERE rowid > ? AND received_at > ? ORDER BY rowid LIMIT ?`;
}

/** Replaces a row only by one of an equal or higher version, whoever writes last. */
function upsertVersioned(
  table: string,
  keys: readonly string[],
  columns: readonly string[],
): string {
  return upsert(table, keys, ['version', ...columns], `excluded.version >= ${table}.version`);
}

function upsert(
  table: string,
  keys: readonly string[],
  columns: readonly string[],
  condition: string,
): string {
  const all = [...keys, ...columns];
  const updates = columns.map((column) => `${column} = excluded.${column}`);
  return `INSERT INTO ${table} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${updates.join(', ')} WHERE ${condition}`;
}

export const statements = {
  insertEpoch: `INSERT INTO properties (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING`,
  selectEpoch: `SELECT value FROM properties WHERE name = 'epoch'`,
  updateEpoch: `UPDATE properties SET value = max(value + ?, ?) WHERE name = 'epoch'`,
  putErasures: `INSERT INTO erasures (device_id, from_at, to_at, erased_at) VALUES (?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  readErasures: 'SELECT device_id, from_at, to_at, erased_at FROM erasures',

  putMinutes: upsertVersioned(
    'minutes_by_device',
    ['device_id', 'window_start'],
    ['window_values'],
  ),
  putHours: upsertVersioned(
    'hours_by_device',
    ['device_id', 'window_start'],
    ['log_partition', 'window_values'],
  ),
  putDays: upsertVersioned('days_by_device', ['device_id', 'window_start'], ['window_values']),
  readMinutes: selectWindows(
    'minutes_by_device',
    'device_id, window_start, version, window_values',
  ),
  readHours: selectWindows(
    'hours_by_device',
    'device_id, window_start, version, window_values, log_partition',
  ),
  readDays: selectWindows('days_by_device', 'device_id, window_start, version, window_values'),
  readHourSlice: `SELECT device_id, window_start, version, window_values, log_partition
    FROM hours_by_device WHERE window_start = ? AND log_partition = ? ORDER BY device_id`,

  putScopeHours: upsertScope('hours_by_scope'),
  putScopeDays: upsertScope('days_by_scope'),
  readScopeHours: selectScope('hours_by_scope'),
  readScopeDays: selectScope('days_by_scope'),

  putGrids: upsertVersioned('grids_by_device', ['device_id', 'hour'], ['cells']),
  readGrids: `SELECT device_id, hour, version, cells FROM grids_by_device
    WHERE device_id = ? AND hour >= ? AND hour < ? ORDER BY hour`,

  putLedgerBlocks: upsertVersioned(
    'ledger_blocks',
    ['device_id', 'run_id', 'block'],
    ['stored', 'declared', 'rejected', 'first_at', 'last_at'],
  ),
  putLedgerRuns: upsertVersioned(
    'ledger_runs',
    ['device_id', 'run_id'],
    ['head_seq', 'acked_below', 'first_at', 'last_at'],
  ),
  readLedgerBlocks: selectBlocks('device_id = ?'),
  readLedgerBlocksOfRun: selectBlocks('device_id = ? AND run_id = ? AND block >= ? AND block < ?'),
  readLedgerRuns: `SELECT device_id, run_id, version, head_seq, acked_below, first_at, last_at
    FROM ledger_runs WHERE device_id = ? ORDER BY run_id`,

  putDeviceStatus: upsert(
    'device_status',
    ['device_id'],
    ['connect_seq', 'received_at', 'message'],
    `(excluded.connect_seq, excluded.received_at)
      >= (device_status.connect_seq, device_status.received_at)`,
  ),
  readDeviceStatuses: `SELECT device_id, received_at, message FROM device_status ORDER BY device_id`,
  putHealth: upsert('health_by_device', ['device_id', 'received_at'], ['message'], 'TRUE'),
  readHealth: `SELECT device_id, received_at, message FROM health_by_device
    WHERE device_id = ? AND received_at >= ? AND received_at < ? ORDER BY received_at`,
} as const;

/** Deletes what one erasure covers; each takes device, from, to. */
export const erasureDeletes: readonly string[] = [
  ...Object.values(rawTables).map((table) => deleteRange(table, 'time')),
  deleteRange('minutes_by_device', 'window_start'),
  deleteRange('hours_by_device', 'window_start'),
  // The whole day, else it is written anew.
  deleteRange('days_by_device', 'window_start', 86_400_000),
  deleteRange('grids_by_device', 'hour'),
  deleteRange('health_by_device', 'received_at'),
];
/** What goes with an erasure that has no end, and what goes with the whole device; each takes the device. */
export const deleteStatus = 'DELETE FROM device_status WHERE device_id = ?';
export const deleteLedger: readonly string[] = [
  'DELETE FROM ledger_blocks WHERE device_id = ?',
  'DELETE FROM ledger_runs WHERE device_id = ?',
];
export const deleteScope: readonly string[] = [
  'DELETE FROM hours_by_scope WHERE scope = ?',
  'DELETE FROM days_by_scope WHERE scope = ?',
];
/** What is deleted is overwritten in the file, too; the write-ahead log is emptied afterwards. */
export const secureDelete = {
  on: 'PRAGMA secure_delete = ON',
  off: 'PRAGMA secure_delete = OFF',
  emptyLog: 'PRAGMA wal_checkpoint(TRUNCATE)',
} as const;

/** @param lengthMs of what the row stands for, which must end within the range */
function deleteRange(table: string, column: string, lengthMs = 1): string {
  return `DELETE FROM ${table} WHERE device_id = ? AND ${column} >= ? AND ${column} <= ? - ${lengthMs}`;
}

function selectWindows(table: string, columns: string): string {
  return `SELECT ${columns} FROM ${table}
    WHERE device_id = ? AND window_start >= ? AND window_start < ? ORDER BY window_start`;
}

function upsertScope(table: string): string {
  return upsertVersioned(table, ['scope', 'window_start', 'log_partition'], ['window_values']);
}

function selectScope(table: string): string {
  return `SELECT scope, window_start, log_partition, version, window_values FROM ${table}
    WHERE scope = ? AND window_start >= ? AND window_start < ? ORDER BY window_start, log_partition`;
}

function selectBlocks(condition: string): string {
  return `SELECT device_id, run_id, block, version, stored, declared, rejected, first_at, last_at
    FROM ledger_blocks WHERE ${condition} ORDER BY run_id, block`;
}
