import type { HopHealth } from '@emotion-fleet/service';
import { CassandraConnection } from './cassandra/connection.ts';
import { DeviceMessages } from './cassandra/device-messages.ts';
import { Erasure } from './cassandra/erasure.ts';
import { CassandraMigrator } from './cassandra/migrator.ts';
import { defaultKeyspace, type CassandraOptions } from './cassandra/options.ts';
import { RawRecords } from './cassandra/raw-records.ts';
import { StoreStateTable } from './cassandra/store-state.ts';
import { versionedTables, type VersionedTables } from './cassandra/tables.ts';
import { WrittenTime } from './cassandra/written-time.ts';
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

export interface CassandraObservationStoreOptions {
  readonly cassandra: CassandraOptions;
  /** Epoch ms; default `Date.now`. */
  readonly now?: () => number;
  /** Counts from the first `receivedAt`; at least (and by default) `minRawRetentionMs`, checked at start. */
  readonly rawRetentionMs?: number;
  /** Counts from the minute itself; default 90 days. Hours and days stay for ever. */
  readonly minuteRetentionMs?: number;
  /** Default 7 days. */
  readonly healthRetentionMs?: number;
  /** Writes are refused as `unavailable` while this many rows wait; default 200,000. */
  readonly maxWaitingRows?: number;
}

/**
 * Observations in a Cassandra keyspace, for any number of processes. Which write wins is decided by timestamps that
 * come from the data (`raw-table.ts`, `versioned-table.ts`), never by a clock.
 */
export class CassandraObservationStore implements ObservationStore {
  readonly #options: CassandraObservationStoreOptions;
  readonly #now: () => number;
  readonly #rawRetentionMs: number;
  readonly #healthRetentionMs: number;
  readonly #maxWaitingRows: number;
  readonly #connection: CassandraConnection;
  readonly #records: RawRecords;
  readonly #tables: VersionedTables;
  readonly #messages: DeviceMessages;
  readonly #state: StoreStateTable;
  readonly #written: WrittenTime;
  readonly #erasure: Erasure;
  #waitingRows = 0;

  constructor(options: CassandraObservationStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#rawRetentionMs = options.rawRetentionMs ?? defaultRawRetentionMs;
    const minuteRetentionMs = options.minuteRetentionMs ?? defaultMinuteRetentionMs;
    this.#healthRetentionMs = options.healthRetentionMs ?? defaultHealthRetentionMs;
    this.#maxWaitingRows = options.maxWaitingRows ?? 200_000;
    this.#connection = new CassandraConnection({
      cassandra: options.cassandra,
      toError: (code, message, cause) => new ObservationStoreError(code, message, { cause }),
    });
    const common = {
      connection: this.#connection,
      keyspace: options.cassandra.keyspace ?? defaultKeyspace,
      now: this.#now,
    };
    this.#state = new StoreStateTable(common);
    this.#records = new RawRecords({ ...common, rawRetentionMs: this.#rawRetentionMs });
    this.#messages = new DeviceMessages({ ...common, healthRetentionMs: this.#healthRetentionMs });
    this.#tables = versionedTables({
      ...common,
      minuteTtlSeconds: ({ windowStart }) =>
        Math.ceil((windowStart + minuteRetentionMs - this.#now()) / 1_000),
    });
    this.#written = new WrittenTime({ now: this.#now, minuteRetentionMs });
    this.#erasure = new Erasure({
      ...common,
      state: this.#state,
      records: this.#records,
      messages: this.#messages,
      tables: this.#tables,
      written: this.#written,
      rawRetentionMs: this.#rawRetentionMs,
    });
  }

  /**
   * Makes the keyspace and its tables where they aren't there.
   *
   * @throws OperatorError `raw_retention_too_short`, `store_unreachable`, `store_login_refused`,
   * `unknown_data_center`, `bad_keyspace_name`, `newer_schema`, `unreleased_schema`, `schema_locked`
   */
  async start(): Promise<void> {
    checkRawRetention(this.#rawRetentionMs);
    const { cassandra } = this.#options;
    await this.#connection.start();
    try {
      const migrator = new CassandraMigrator({
        connection: this.#connection,
        replication: cassandra.replication,
        schema: {
          keyspace: cassandra.keyspace ?? defaultKeyspace,
          rawRetentionMs: this.#rawRetentionMs,
          healthRetentionMs: this.#healthRetentionMs,
        },
        newEpoch: () => this.#now() * 1_000,
      });
      await migrator.run();
      await this.#state.refresh();
    } catch (error) {
      await this.#connection.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }

  health(): HopHealth {
    return { ...this.#connection.health(), waitingRows: this.#waitingRows };
  }

  get epoch(): number {
    const { epoch } = this.#state;
    if (epoch === undefined) throw new ObservationStoreError('stopped', 'the store is not started');
    return epoch;
  }

  async refresh(): Promise<StoreState> {
    return this.#state.refresh();
  }

  async beginEpoch(): Promise<number> {
    return this.#state.beginEpoch();
  }

  async reserve(owner: string): Promise<boolean> {
    return this.#state.reserve(owner);
  }

  async release(owner: string): Promise<void> {
    await this.#state.release(owner);
  }

  /** @throws ObservationStoreError `unavailable` while a node is away */
  async erase(request: ErasureRequest): Promise<void> {
    await this.#erasure.run(request);
  }

  async putRecords(rows: readonly RecordRow[]): Promise<void> {
    const kept = this.#state.erasures.keepRecords(rows);
    await this.#write(rows.length, () => this.#records.put(kept));
  }

  async readRecords(query: RecordQuery): Promise<RecordRow[]> {
    return this.#records.read(query);
  }

  scanRecords(): AsyncIterable<RecordRow> {
    return this.#records.scan();
  }

  async putMinutes(rows: readonly DeviceWindowRow[]): Promise<void> {
    const kept = this.#state.erasures.keepWindows(rows);
    await this.#write(rows.length, () => this.#tables.minutes.put(kept));
  }

  async readMinutes(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    return this.#tables.minutes.readRange(deviceId, this.#written.minutes(range));
  }

  async putHours(rows: readonly DeviceHourRow[]): Promise<void> {
    const { hours, hoursByWindow } = this.#tables;
    const kept = this.#state.erasures.keepWindows(rows);
    await this.#write(rows.length, () =>
      this.#connection.put([...hours.writesOf(kept), ...hoursByWindow.writesOf(kept)]),
    );
  }

  async readHours(deviceId: string, range: TimeRange): Promise<DeviceHourRow[]> {
    return this.#tables.hours.readRange(deviceId, this.#written.part(range));
  }

  async readHourSlice(hour: number, logPartition: number): Promise<DeviceHourRow[]> {
    return this.#tables.hoursByWindow.readPartition([hour, logPartition]);
  }

  async putDays(rows: readonly DeviceWindowRow[]): Promise<void> {
    const kept = this.#state.erasures.keepDays(rows);
    await this.#write(rows.length, () => this.#tables.days.put(kept));
  }

  async readDays(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    return this.#tables.days.readRange(deviceId, this.#written.part(range));
  }

  async putScopeHours(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.scopeHours.put(rows));
  }

  async readScopeHours(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#tables.scopeHours.readRange(scope, this.#written.part(range));
  }

  async putScopeDays(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.scopeDays.put(rows));
  }

  async readScopeDays(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#tables.scopeDays.readRange(scope, this.#written.part(range));
  }

  async putGrids(rows: readonly GridRow[]): Promise<void> {
    const kept = this.#state.erasures.keepGrids(rows);
    await this.#write(rows.length, () => this.#tables.grids.put(kept));
  }

  async readGrids(deviceId: string, range: TimeRange): Promise<GridRow[]> {
    return this.#tables.grids.readRange(deviceId, this.#written.part(range));
  }

  async putLedgerBlocks(rows: readonly LedgerBlockRow[]): Promise<void> {
    const kept = this.#state.erasures.keepLedger(rows);
    await this.#write(rows.length, () => this.#tables.ledgerBlocks.put(kept));
  }

  async putLedgerRuns(rows: readonly LedgerRunRow[]): Promise<void> {
    const kept = this.#state.erasures.keepLedger(rows);
    await this.#write(rows.length, () => this.#tables.ledgerRuns.put(kept));
  }

  async readLedgerBlocks(
    deviceId: string,
    runId?: string,
    blocks?: BlockRange,
  ): Promise<LedgerBlockRow[]> {
    const run = runId === undefined ? [] : [runId];
    return this.#tables.ledgerBlocks.readPartition([deviceId], run, blocks);
  }

  async readLedgerRuns(deviceId: string): Promise<LedgerRunRow[]> {
    return this.#tables.ledgerRuns.readPartition([deviceId]);
  }

  async putDeviceStatus(row: DeviceStatusRow): Promise<void> {
    if (this.#state.erasures.keepStatuses([row]).length === 0) return;
    await this.#write(1, () => this.#messages.putStatus(row));
  }

  async readDeviceStatuses(): Promise<DeviceStatusRow[]> {
    return this.#messages.readStatuses();
  }

  async putHealth(rows: readonly HealthRow[]): Promise<void> {
    const kept = this.#state.erasures.keepHealth(rows);
    await this.#write(rows.length, () => this.#messages.putHealth(kept));
  }

  async readHealth(deviceId: string, range: TimeRange): Promise<HealthRow[]> {
    return this.#messages.readHealth(deviceId, range);
  }

  async #write(rows: number, work: () => Promise<void>): Promise<void> {
    // One write larger than the limit still goes when nothing else waits: it is in memory already.
    if (this.#waitingRows > 0 && this.#waitingRows + rows > this.#maxWaitingRows) {
      throw new ObservationStoreError('unavailable', 'too many rows wait to be written');
    }
    this.#waitingRows += rows;
    try {
      await work();
    } finally {
      this.#waitingRows -= rows;
    }
  }
}
