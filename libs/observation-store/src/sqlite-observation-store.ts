import { join } from 'node:path';
import type { HopHealth } from '@emotion-fleet/service';
import { ensureFolder } from './data-folder.ts';
import { reservationMs, versionsPerEpoch } from './epoch.ts';
import { ErasureList, forever } from './erasure-list.ts';
import {
  ObservationStoreError,
  type ErasureRequest,
  type ObservationStore,
  type RecordQuery,
  type StoreState,
  type TimeRange,
} from './observation-store.ts';
import {
  checkRawRetention,
  defaultHealthRetentionMs,
  defaultMinuteRetentionMs,
  defaultRawRetentionMs,
} from './retention.ts';
import type {
  DeviceHourRow,
  DeviceStatusRow,
  DeviceWindowRow,
  GridRow,
  HealthRow,
  BlockRange,
  LedgerBlockRow,
  LedgerRunRow,
  RecordRow,
  Scope,
  ScopeWindowRow,
} from './rows.ts';
import { RetentionSweeper, storeRetentions } from './sqlite/retention-sweeper.ts';
import * as codec from './sqlite/row-codec.ts';
import {
  deleteLedger,
  deleteScope,
  deleteStatus,
  erasureDeletes,
  insertRecord,
  rawKinds,
  scanRecords,
  secureDelete,
  selectRecords,
  statements,
} from './sqlite/statements.ts';
import { WorkerDatabase } from './sqlite/worker-database.ts';
import type { SqlRow } from './sqlite/worker-messages.ts';

export interface SqliteObservationStoreOptions {
  /** Created where it isn't there; holds `observations.sqlite` and its lock. */
  readonly directory: string;
  /** Epoch ms; default `Date.now`. */
  readonly now?: () => number;
  /** Counts from the first `receivedAt`; at least (and by default) `minRawRetentionMs`, checked at start. */
  readonly rawRetentionMs?: number;
  /** Counts from the minute itself; default 90 days. Hours and days stay for ever. */
  readonly minuteRetentionMs?: number;
  /** Default 7 days. */
  readonly healthRetentionMs?: number;
  /** How often expired rows are deleted; default 10 min. */
  readonly sweepIntervalMs?: number;
  /** Writes are refused as `unavailable` while this many rows wait; default 200,000. */
  readonly maxWaitingRows?: number;
}

/** Rows read from disk at a time: a page is parsed in a few ms, so that nothing else waits long. */
const pageRows = 2_000;
const sweepStepRows = 1_000;

/**
 * Observations in one SQLite file, for one process. A thread writes, each batch one transaction (WAL,
 * `synchronous=FULL`: a resolved write survives a power cut), and another reads, so that a long read doesn't
 * hold up a write.
 */
export class SqliteObservationStore implements ObservationStore {
  readonly #directory: string;
  readonly #now: () => number;
  readonly #rawRetentionMs: number;
  readonly #minuteRetentionMs: number;
  readonly #writer: WorkerDatabase;
  readonly #reader: WorkerDatabase;
  readonly #sweeper: RetentionSweeper;
  #epoch: number | undefined;
  #erasures = new ErasureList();
  #reservation: { readonly owner: string; readonly until: number } | undefined;

  constructor(options: SqliteObservationStoreOptions) {
    const { directory, maxWaitingRows = 200_000 } = options;
    this.#directory = directory;
    this.#now = options.now ?? Date.now;
    this.#rawRetentionMs = options.rawRetentionMs ?? defaultRawRetentionMs;
    this.#minuteRetentionMs = options.minuteRetentionMs ?? defaultMinuteRetentionMs;
    const path = join(directory, 'observations.sqlite');
    const lockPath = `${path}.lock`;
    this.#writer = new WorkerDatabase({ path, readOnly: false, lockPath, maxWaitingRows });
    this.#reader = new WorkerDatabase({ path, readOnly: true, maxWaitingRows });
    this.#sweeper = new RetentionSweeper({
      database: this.#writer,
      now: this.#now,
      intervalMs: options.sweepIntervalMs ?? 600_000,
      stepRows: sweepStepRows,
      retentions: storeRetentions({
        rawRetentionMs: this.#rawRetentionMs,
        minuteRetentionMs: this.#minuteRetentionMs,
        healthRetentionMs: options.healthRetentionMs ?? defaultHealthRetentionMs,
      }),
    });
  }

  /** @throws OperatorError `raw_retention_too_short`, `folder_not_writable`, `locked`, `newer_schema`, `not_a_database` */
  async start(): Promise<void> {
    checkRawRetention(this.#rawRetentionMs);
    await ensureFolder(this.#directory);
    await this.#writer.start();
    try {
      await this.#reader.start();
      const epoch = this.#now() * 1_000;
      await this.#writer.write([{ sql: statements.insertEpoch, rows: [[epoch]] }]);
      this.#epoch = await this.#readEpoch();
      await this.#readErasures();
    } catch (error) {
      await Promise.all([this.#reader.stop(), this.#writer.stop()]);
      throw error;
    }
    this.#sweeper.start();
  }

  async stop(): Promise<void> {
    await this.#sweeper.stop();
    await this.#reader.stop();
    await this.#writer.stop();
  }

  health(): HopHealth {
    const waitingRows = this.#writer.waitingRows;
    const fault = this.#writer.lastFault ?? this.#reader.lastFault;
    if (!this.#writer.started || !this.#reader.started) {
      return { state: 'down', detail: fault ?? 'The store is not started.', waitingRows };
    }
    const detail = fault ?? this.#sweeper.lastFault;
    return detail === undefined
      ? { state: 'ok', waitingRows }
      : { state: 'degraded', detail, waitingRows };
  }

  get epoch(): number {
    if (this.#epoch === undefined) {
      throw new ObservationStoreError('stopped', 'the store is not started');
    }
    return this.#epoch;
  }

  /** One process has the file, so that what it knows is what there is. */
  async refresh(): Promise<StoreState> {
    const { until } = this.#reservation ?? { until: -Infinity };
    return { epoch: this.epoch, isReserved: until > performance.now(), erasures: this.#erasures };
  }

  async beginEpoch(): Promise<number> {
    const row = [versionsPerEpoch, this.#now() * 1_000];
    await this.#writer.write([{ sql: statements.updateEpoch, rows: [row] }]);
    this.#epoch = await this.#readEpoch();
    return this.#epoch;
  }

  async reserve(owner: string): Promise<boolean> {
    const { isReserved } = await this.refresh();
    if (isReserved && this.#reservation?.owner !== owner) return false;
    this.#reservation = { owner, until: performance.now() + reservationMs };
    return true;
  }

  async release(owner: string): Promise<void> {
    if (this.#reservation?.owner === owner) this.#reservation = undefined;
  }

  async erase({ devices, scopes }: ErasureRequest): Promise<void> {
    await this.#put(statements.putErasures, devices, codec.erasureParameters);
    await this.#readErasures();
    await this.beginEpoch();
    const ranges = devices.map(({ deviceId, from, to }) => [deviceId, from, to]);
    const endless = devices.filter(({ to }) => to === forever);
    const ids = (rows: typeof devices) => rows.map(({ deviceId }) => [deviceId]);
    const names = scopes.map((scope) => [scope]);
    await this.#writer.write([
      { sql: secureDelete.on, rows: [[]] },
      ...erasureDeletes.map((sql) => ({ sql, rows: ranges })),
      { sql: deleteStatus, rows: ids(endless) },
      ...deleteLedger.map((sql) => ({ sql, rows: ids(endless.filter(({ from }) => from === 0)) })),
      ...deleteScope.map((sql) => ({ sql, rows: names })),
      { sql: secureDelete.off, rows: [[]] },
    ]);
    await this.#writer.read(secureDelete.emptyLog, []);
  }

  /** Deletes what has outlived its retention, as it also happens by itself. @returns how many rows went */
  async removeExpired(): Promise<number> {
    return this.#sweeper.sweep();
  }

  async putRecords(rows: readonly RecordRow[]): Promise<void> {
    const oldest = this.#oldestReceivedAt();
    const live = this.#erasures.keepRecords(rows).filter((row) => row.receivedAt > oldest);
    const steps = rawKinds
      .map((kind) => ({
        sql: insertRecord(kind),
        rows: live.filter((row) => row.record.kind === kind).map(codec.recordParameters),
      }))
      .filter((step) => step.rows.length > 0);
    await this.#writer.write(steps);
  }

  async readRecords(query: RecordQuery): Promise<RecordRow[]> {
    const { deviceId, from, to, kinds = rawKinds, limit = Infinity } = query;
    if (kinds.length === 0) return [];
    const sql = selectRecords(kinds);
    const oldest = this.#oldestReceivedAt();
    const records: RecordRow[] = [];
    let after: SqlRow = [from, '', -1];
    for (;;) {
      const wanted = Math.min(pageRows, limit - records.length);
      const parameters = kinds.flatMap(() => [deviceId, ...after, to, oldest]);
      const page = await this.#reader.read(sql, [...parameters, wanted]);
      for (const [, , , receivedAt, json] of page) {
        records.push(codec.toRecord(deviceId, receivedAt as number, json as string));
      }
      const last = page.at(-1);
      if (last === undefined || page.length < wanted || records.length >= limit) return records;
      after = last.slice(0, 3);
    }
  }

  async *scanRecords(): AsyncIterable<RecordRow> {
    for (const kind of rawKinds) {
      let rowId = 0;
      for (;;) {
        const parameters = [rowId, this.#oldestReceivedAt(), pageRows];
        const page = await this.#reader.read(scanRecords(kind), parameters);
        for (const row of page) {
          const [, deviceId, receivedAt, json] = row as [number, string, number, string];
          yield codec.toRecord(deviceId, receivedAt, json);
        }
        const last = page.at(-1);
        if (last === undefined) break;
        rowId = last[0] as number;
      }
    }
  }

  async putMinutes(rows: readonly DeviceWindowRow[]): Promise<void> {
    const oldest = this.#now() - this.#minuteRetentionMs;
    const live = this.#erasures.keepWindows(rows).filter((row) => row.windowStart > oldest);
    await this.#put(statements.putMinutes, live, codec.windowParameters);
  }

  async readMinutes(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    const from = Math.max(range.from, this.#now() - this.#minuteRetentionMs + 1);
    return this.#read(statements.readMinutes, [deviceId, from, range.to], codec.toWindow);
  }

  async putHours(rows: readonly DeviceHourRow[]): Promise<void> {
    const kept = this.#erasures.keepWindows(rows);
    await this.#put(statements.putHours, kept, codec.hourParameters);
  }

  async readHours(deviceId: string, range: TimeRange): Promise<DeviceHourRow[]> {
    return this.#read(statements.readHours, [deviceId, range.from, range.to], codec.toHour);
  }

  async readHourSlice(hour: number, logPartition: number): Promise<DeviceHourRow[]> {
    return this.#read(statements.readHourSlice, [hour, logPartition], codec.toHour);
  }

  async putDays(rows: readonly DeviceWindowRow[]): Promise<void> {
    const kept = this.#erasures.keepDays(rows);
    await this.#put(statements.putDays, kept, codec.windowParameters);
  }

  async readDays(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    return this.#read(statements.readDays, [deviceId, range.from, range.to], codec.toWindow);
  }

  async putScopeHours(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#put(statements.putScopeHours, rows, codec.scopeParameters);
  }

  async readScopeHours(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#read(statements.readScopeHours, [scope, range.from, range.to], codec.toScope);
  }

  async putScopeDays(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#put(statements.putScopeDays, rows, codec.scopeParameters);
  }

  async readScopeDays(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#read(statements.readScopeDays, [scope, range.from, range.to], codec.toScope);
  }

  async putGrids(rows: readonly GridRow[]): Promise<void> {
    const kept = this.#erasures.keepGrids(rows);
    await this.#put(statements.putGrids, kept, codec.gridParameters);
  }

  async readGrids(deviceId: string, range: TimeRange): Promise<GridRow[]> {
    return this.#read(statements.readGrids, [deviceId, range.from, range.to], codec.toGrid);
  }

  async putLedgerBlocks(rows: readonly LedgerBlockRow[]): Promise<void> {
    const kept = this.#erasures.keepLedger(rows);
    await this.#put(statements.putLedgerBlocks, kept, codec.blockParameters);
  }

  async putLedgerRuns(rows: readonly LedgerRunRow[]): Promise<void> {
    const kept = this.#erasures.keepLedger(rows);
    await this.#put(statements.putLedgerRuns, kept, codec.runParameters);
  }

  async readLedgerBlocks(
    deviceId: string,
    runId?: string,
    { from, to }: BlockRange = { from: 0, to: Number.MAX_SAFE_INTEGER },
  ): Promise<LedgerBlockRow[]> {
    if (runId === undefined) {
      return this.#read(statements.readLedgerBlocks, [deviceId], codec.toBlock);
    }
    const parameters = [deviceId, runId, from, to];
    return this.#read(statements.readLedgerBlocksOfRun, parameters, codec.toBlock);
  }

  async readLedgerRuns(deviceId: string): Promise<LedgerRunRow[]> {
    return this.#read(statements.readLedgerRuns, [deviceId], codec.toRun);
  }

  async putDeviceStatus(row: DeviceStatusRow): Promise<void> {
    const kept = this.#erasures.keepStatuses([row]);
    await this.#put(statements.putDeviceStatus, kept, codec.statusParameters);
  }

  async readDeviceStatuses(): Promise<DeviceStatusRow[]> {
    return this.#read(statements.readDeviceStatuses, [], codec.toStatus);
  }

  async putHealth(rows: readonly HealthRow[]): Promise<void> {
    const kept = this.#erasures.keepHealth(rows);
    await this.#put(statements.putHealth, kept, codec.healthParameters);
  }

  async readHealth(deviceId: string, range: TimeRange): Promise<HealthRow[]> {
    return this.#read(statements.readHealth, [deviceId, range.from, range.to], codec.toHealth);
  }

  async #readEpoch(): Promise<number> {
    const [row] = await this.#writer.read(statements.selectEpoch, []);
    return row?.[0] as number;
  }

  async #readErasures(): Promise<void> {
    const rows = await this.#writer.read(statements.readErasures, []);
    this.#erasures = new ErasureList(rows.map(codec.toErasure));
  }

  #oldestReceivedAt(): number {
    return this.#now() - this.#rawRetentionMs;
  }

  async #put<Row>(sql: string, rows: readonly Row[], encode: (row: Row) => SqlRow): Promise<void> {
    await this.#writer.write([{ sql, rows: rows.map(encode) }]);
  }

  async #read<Row>(sql: string, parameters: SqlRow, decode: (row: SqlRow) => Row): Promise<Row[]> {
    const rows = await this.#reader.read(sql, parameters);
    return rows.map(decode);
  }
}
