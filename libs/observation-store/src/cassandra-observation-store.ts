import type { HopHealth } from '@emotion-fleet/service';
import { dayBucket, clip, monthBucket, yearBucket } from './cassandra/buckets.ts';
import { CassandraConnection } from './cassandra/connection.ts';
import { DeviceMessages } from './cassandra/device-messages.ts';
import { CassandraMigrator } from './cassandra/migrator.ts';
import { defaultKeyspace, type CassandraOptions } from './cassandra/options.ts';
import { RawRecords } from './cassandra/raw-records.ts';
import { versionedTables } from './cassandra/tables.ts';
import {
  ObservationStoreError,
  type ObservationStore,
  type RecordQuery,
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
  LedgerBlockRow,
  LedgerRunRow,
  RecordRow,
  Scope,
  ScopeWindowRow,
} from './rows.ts';
import { dayMs } from './windows/time.ts';

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

/** No record is older: the schema of records begins here. */
const firstWindow = Date.UTC(2020, 0);

/**
 * Observations in a Cassandra keyspace, for any number of processes. Which write wins is decided by timestamps that
 * come from the data (`raw-table.ts`, `versioned-table.ts`), never by a clock.
 */
export class CassandraObservationStore implements ObservationStore {
  readonly #options: CassandraObservationStoreOptions;
  readonly #now: () => number;
  readonly #rawRetentionMs: number;
  readonly #minuteRetentionMs: number;
  readonly #healthRetentionMs: number;
  readonly #maxWaitingRows: number;
  readonly #connection: CassandraConnection;
  readonly #records: RawRecords;
  readonly #tables: ReturnType<typeof versionedTables>;
  readonly #messages: DeviceMessages;
  #epoch: number | undefined;
  #waitingRows = 0;

  constructor(options: CassandraObservationStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#rawRetentionMs = options.rawRetentionMs ?? defaultRawRetentionMs;
    this.#minuteRetentionMs = options.minuteRetentionMs ?? defaultMinuteRetentionMs;
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
    this.#records = new RawRecords({ ...common, rawRetentionMs: this.#rawRetentionMs });
    this.#messages = new DeviceMessages({ ...common, healthRetentionMs: this.#healthRetentionMs });
    this.#tables = versionedTables({
      ...common,
      minuteTtlSeconds: ({ windowStart }) =>
        Math.ceil((windowStart + this.#minuteRetentionMs - this.#now()) / 1_000),
    });
  }

  /**
   * Makes the keyspace and its tables where they aren't there.
   *
   * @throws OperatorError `raw_retention_too_short`, `store_unreachable`, `store_login_refused`,
   * `unknown_data_center`, `bad_keyspace_name`, `newer_schema`, `schema_locked`
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
      this.#epoch = await migrator.run();
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
    if (this.#epoch === undefined) {
      throw new ObservationStoreError('stopped', 'the store is not started');
    }
    return this.#epoch;
  }

  async putRecords(rows: readonly RecordRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#records.put(rows));
  }

  async readRecords(query: RecordQuery): Promise<RecordRow[]> {
    return this.#records.read(query);
  }

  scanRecords(): AsyncIterable<RecordRow> {
    return this.#records.scan();
  }

  async putMinutes(rows: readonly DeviceWindowRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.minutes.put(rows));
  }

  async readMinutes(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    const from = this.#now() - this.#minuteRetentionMs + 1;
    return this.#tables.minutes.readRange(deviceId, dayBucket, this.#written(range, from));
  }

  async putHours(rows: readonly DeviceHourRow[]): Promise<void> {
    const { hours, hoursByWindow } = this.#tables;
    await this.#write(rows.length, () =>
      this.#connection.write([...hours.groupsOf(rows), ...hoursByWindow.groupsOf(rows)]),
    );
  }

  async readHours(deviceId: string, range: TimeRange): Promise<DeviceHourRow[]> {
    return this.#tables.hours.readRange(deviceId, monthBucket, this.#written(range));
  }

  async readHourSlice(hour: number, logPartition: number): Promise<DeviceHourRow[]> {
    return this.#tables.hoursByWindow.readPartition([hour, logPartition]);
  }

  async putDays(rows: readonly DeviceWindowRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.days.put(rows));
  }

  async readDays(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    return this.#tables.days.readRange(deviceId, yearBucket, this.#written(range));
  }

  async putScopeHours(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.scopeHours.put(rows));
  }

  async readScopeHours(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#tables.scopeHours.readRange(scope, monthBucket, this.#written(range));
  }

  async putScopeDays(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.scopeDays.put(rows));
  }

  async readScopeDays(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#tables.scopeDays.readRange(scope, yearBucket, this.#written(range));
  }

  async putGrids(rows: readonly GridRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.grids.put(rows));
  }

  async readGrids(deviceId: string, range: TimeRange): Promise<GridRow[]> {
    return this.#tables.grids.readRange(deviceId, monthBucket, this.#written(range));
  }

  async putLedgerBlocks(rows: readonly LedgerBlockRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.ledgerBlocks.put(rows));
  }

  async putLedgerRuns(rows: readonly LedgerRunRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#tables.ledgerRuns.put(rows));
  }

  async readLedgerBlocks(deviceId: string, runId?: string): Promise<LedgerBlockRow[]> {
    return this.#tables.ledgerBlocks.readPartition([deviceId], runId === undefined ? [] : [runId]);
  }

  async readLedgerRuns(deviceId: string): Promise<LedgerRunRow[]> {
    return this.#tables.ledgerRuns.readPartition([deviceId]);
  }

  async putDeviceStatus(row: DeviceStatusRow): Promise<void> {
    await this.#write(1, () => this.#messages.putStatus(row));
  }

  async readDeviceStatuses(): Promise<DeviceStatusRow[]> {
    return this.#messages.readStatuses();
  }

  async putHealth(rows: readonly HealthRow[]): Promise<void> {
    await this.#write(rows.length, () => this.#messages.putHealth(rows));
  }

  async readHealth(deviceId: string, range: TimeRange): Promise<HealthRow[]> {
    return this.#messages.readHealth(deviceId, range);
  }

  /** Only partitions that can have been written are asked for, however wide the range. */
  #written(range: TimeRange, from = firstWindow): TimeRange {
    return clip(range, { from, to: this.#now() + dayMs });
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
