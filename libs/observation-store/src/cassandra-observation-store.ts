import { types } from 'cassandra-driver';
import type { HopHealth } from '@emotion-fleet/service';
import {
  bucketsOf,
  clip,
  dayBucket,
  hourBucket,
  monthBucket,
  yearBucket,
} from './cassandra/buckets.ts';
import { CassandraConnection, type Statement } from './cassandra/connection.ts';
import { DeviceMessages } from './cassandra/device-messages.ts';
import { CassandraMigrator } from './cassandra/migrator.ts';
import { defaultKeyspace, type CassandraOptions } from './cassandra/options.ts';
import { RawRecords } from './cassandra/raw-records.ts';
import { StoreStateTable } from './cassandra/store-state.ts';
import { versionedTables } from './cassandra/tables.ts';
import { versionsPerEpoch } from './epoch.ts';
import { forever } from './erasure-list.ts';
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
  ErasureRow,
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
  readonly #state: StoreStateTable;
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
    this.#state = new StoreStateTable(common);
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

  /**
   * Every node has to take it part, or a node that was away would bring rows back once the others have forgotten that
   * they were deleted (`gc_grace_seconds`). Ranges are deleted whether there is something in them or not: an instance
   * that is still writing what it held in its hands writes below the deletion.
   *
   * @throws ObservationStoreError `unavailable` while a node is away
   */
  async erase({ devices, scopes }: ErasureRequest): Promise<void> {
    await this.#state.putErasures(devices);
    const epoch = await this.#state.beginEpoch();
    for (const device of devices) {
      // First, since they are found by what stands in `hours_by_device`.
      await this.#deleteEverywhere(await this.#hourSliceDeletes(device, epoch));
      await this.#deleteEverywhere(this.#deviceDeletes(device, epoch));
    }
    for (const scope of scopes) {
      await this.#deleteEverywhere(this.#scopeDeletes(scope, epoch - 1));
    }
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
    return this.#tables.minutes.readRange(deviceId, dayBucket, this.#minutesKept(range));
  }

  async putHours(rows: readonly DeviceHourRow[]): Promise<void> {
    const { hours, hoursByWindow } = this.#tables;
    const kept = this.#state.erasures.keepWindows(rows);
    await this.#write(rows.length, () =>
      this.#connection.write([...hours.groupsOf(kept), ...hoursByWindow.groupsOf(kept)]),
    );
  }

  async readHours(deviceId: string, range: TimeRange): Promise<DeviceHourRow[]> {
    return this.#tables.hours.readRange(deviceId, monthBucket, this.#written(range));
  }

  async readHourSlice(hour: number, logPartition: number): Promise<DeviceHourRow[]> {
    return this.#tables.hoursByWindow.readPartition([hour, logPartition]);
  }

  async putDays(rows: readonly DeviceWindowRow[]): Promise<void> {
    const kept = this.#state.erasures.keepDays(rows);
    await this.#write(rows.length, () => this.#tables.days.put(kept));
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
    const kept = this.#state.erasures.keepGrids(rows);
    await this.#write(rows.length, () => this.#tables.grids.put(kept));
  }

  async readGrids(deviceId: string, range: TimeRange): Promise<GridRow[]> {
    return this.#tables.grids.readRange(deviceId, monthBucket, this.#written(range));
  }

  async putLedgerBlocks(rows: readonly LedgerBlockRow[]): Promise<void> {
    const kept = this.#state.erasures.keepLedger(rows);
    await this.#write(rows.length, () => this.#tables.ledgerBlocks.put(kept));
  }

  async putLedgerRuns(rows: readonly LedgerRunRow[]): Promise<void> {
    const kept = this.#state.erasures.keepLedger(rows);
    await this.#write(rows.length, () => this.#tables.ledgerRuns.put(kept));
  }

  async readLedgerBlocks(deviceId: string, runId?: string): Promise<LedgerBlockRow[]> {
    return this.#tables.ledgerBlocks.readPartition([deviceId], runId === undefined ? [] : [runId]);
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

  /**
   * What stands for erased time alone goes below all versions that the epoch will ever have, since nothing of it may
   * come. Minutes and grids have rows of the range only; a day that is erased in part stays for the caller.
   */
  #deviceDeletes({ deviceId, from, to }: ErasureRow, epoch: number): Statement[] {
    const timestamp = epoch + versionsPerEpoch - 1;
    const range = this.#written({ from, to });
    const days = { from: Math.ceil(from / dayMs) * dayMs, to: to - dayMs + 1 };
    const { minutes, hours, grids, ledgerBlocks, ledgerRuns } = this.#tables;
    const deletes = [
      ...this.#records.deletes(deviceId, { from, to }, timestamp),
      ...this.#messages.healthDeletes(deviceId, { from, to }, timestamp),
      ...minutes.rangeDeletes(deviceId, dayBucket, this.#minutesKept({ from, to }), timestamp),
      ...hours.rangeDeletes(deviceId, monthBucket, range, timestamp),
      ...this.#tables.days.rangeDeletes(deviceId, yearBucket, this.#written(days), timestamp),
      ...grids.rangeDeletes(deviceId, monthBucket, range, timestamp),
    ];
    if (to !== forever) return deletes;
    deletes.push(...this.#messages.statusDeletes(deviceId, timestamp));
    if (from !== 0) return deletes;
    deletes.push(ledgerBlocks.partitionDelete([deviceId], [], timestamp));
    deletes.push(ledgerRuns.partitionDelete([deviceId], [], timestamp));
    return deletes;
  }

  /** The hours that are known, and all recent ones: an instance may be about to write one that isn't there yet. */
  async #hourSliceDeletes({ deviceId, from, to }: ErasureRow, epoch: number): Promise<Statement[]> {
    const timestamp = epoch + versionsPerEpoch - 1;
    const range = this.#written({ from, to });
    const known = await this.readHours(deviceId, range);
    const logPartition = known[0]?.logPartition;
    if (logPartition === undefined) return [];
    const recent = clip(range, { from: this.#now() - this.#rawRetentionMs, to: range.to });
    const hours = new Set(known.map(({ windowStart }) => windowStart));
    for (const hour of bucketsOf(hourBucket, recent)) hours.add(hour);
    return [...hours].map((hour) =>
      this.#tables.hoursByWindow.partitionDelete([hour, logPartition], [deviceId], timestamp),
    );
  }

  #scopeDeletes(scope: Scope, timestamp: number): Statement[] {
    const range = this.#written({ from: 0, to: forever });
    return [
      ...this.#tables.scopeHours.rangeDeletes(scope, monthBucket, range, timestamp),
      ...this.#tables.scopeDays.rangeDeletes(scope, yearBucket, range, timestamp),
    ];
  }

  async #deleteEverywhere(deletes: readonly Statement[]): Promise<void> {
    const all = { consistency: types.consistencies.all };
    await this.#connection.write(
      deletes.map((statement) => [statement]),
      all,
    );
  }

  #minutesKept(range: TimeRange): TimeRange {
    return this.#written(range, this.#now() - this.#minuteRetentionMs + 1);
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
