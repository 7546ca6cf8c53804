import type { HopHealth } from '@emotion-fleet/service';
import { epochAfter, reservationMs } from './epoch.ts';
import { ErasureList, forever } from './erasure-list.ts';
import {
  ObservationStoreError,
  type ErasureRequest,
  type ObservationStore,
  type RecordQuery,
  type StoreState,
  type TimeRange,
} from './observation-store.ts';
import { compareRecordRows, recordTime } from './record-time.ts';
import { checkRawRetention, defaultRawRetentionMs } from './retention.ts';
import type {
  DeviceHourRow,
  DeviceStatusRow,
  DeviceWindowRow,
  ErasureRow,
  GridRow,
  HealthRow,
  BlockRange,
  LedgerBlockRow,
  LedgerRunRow,
  RecordRow,
  Scope,
  ScopeWindowRow,
  Versioned,
} from './rows.ts';

export interface MemoryObservationStoreOptions {
  /** Epoch ms; default `Date.now`. */
  readonly now?: () => number;
  /** At least `minRawRetentionMs`, checked at start. */
  readonly rawRetentionMs?: number;
  /** Called before each write takes effect; what it throws is what the write rejects with. */
  readonly beforeWrite?: (method: keyof ObservationStore, rows: number) => void | Promise<void>;
}

/** Keeps the row of the highest version for each key; of two with the same version, the later one. */
class VersionedTable<Row extends Versioned> {
  readonly #keyOf: (row: Row) => string;
  readonly #rows = new Map<string, Row>();

  constructor(keyOf: (row: Row) => string) {
    this.#keyOf = keyOf;
  }

  put(rows: readonly Row[]): void {
    for (const row of rows) {
      const key = this.#keyOf(row);
      const present = this.#rows.get(key);
      if (present === undefined || row.version >= present.version) {
        this.#rows.set(key, structuredClone(row));
      }
    }
  }

  remove(matches: (row: Row) => boolean): void {
    for (const [key, row] of this.#rows) if (matches(row)) this.#rows.delete(key);
  }

  select(matches: (row: Row) => boolean): Row[] {
    return [...this.#rows.values()].filter(matches).map((row) => structuredClone(row));
  }
}

const byWindow = (a: { windowStart: number }, b: { windowStart: number }): number =>
  a.windowStart - b.windowStart;
const inRange = (time: number, { from, to }: TimeRange): boolean => time >= from && time < to;
const windowKey = (row: DeviceWindowRow): string => `${row.deviceId}/${row.windowStart}`;
const scopeKey = (row: ScopeWindowRow): string =>
  `${row.scope}/${row.windowStart}/${row.logPartition}`;

/** The port in a few maps, for the tests of others. Passes the same contract suite; slow on many rows. */
export class MemoryObservationStore implements ObservationStore {
  readonly #now: () => number;
  readonly #rawRetentionMs: number;
  readonly #beforeWrite: MemoryObservationStoreOptions['beforeWrite'];
  readonly #records = new Map<string, RecordRow>();
  readonly #minutes = new VersionedTable(windowKey);
  readonly #hours = new VersionedTable<DeviceHourRow>(windowKey);
  readonly #days = new VersionedTable(windowKey);
  readonly #scopeHours = new VersionedTable(scopeKey);
  readonly #scopeDays = new VersionedTable(scopeKey);
  readonly #grids = new VersionedTable<GridRow>((row) => `${row.deviceId}/${row.hour}`);
  readonly #blocks = new VersionedTable<LedgerBlockRow>(
    (row) => `${row.deviceId}/${row.runId}/${row.block}`,
  );
  readonly #runs = new VersionedTable<LedgerRunRow>((row) => `${row.deviceId}/${row.runId}`);
  readonly #statuses = new Map<string, DeviceStatusRow>();
  readonly #health = new Map<string, HealthRow>();
  readonly #erasures: ErasureRow[] = [];
  #erasureList = new ErasureList();
  #reservation: { readonly owner: string; readonly until: number } | undefined;
  #epoch: number | undefined;
  #started = false;

  constructor(options: MemoryObservationStoreOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#rawRetentionMs = options.rawRetentionMs ?? defaultRawRetentionMs;
    this.#beforeWrite = options.beforeWrite;
  }

  async start(): Promise<void> {
    checkRawRetention(this.#rawRetentionMs);
    this.#epoch ??= this.#now() * 1_000;
    this.#started = true;
  }

  async stop(): Promise<void> {
    this.#started = false;
  }

  health(): HopHealth {
    return this.#started ? { state: 'ok' } : { state: 'down', detail: 'not started' };
  }

  get epoch(): number {
    if (this.#epoch === undefined) throw stopped();
    return this.#epoch;
  }

  async refresh(): Promise<StoreState> {
    this.#check();
    const { until } = this.#reservation ?? { until: -Infinity };
    return {
      epoch: this.epoch,
      isReserved: until > performance.now(),
      erasures: this.#erasureList,
    };
  }

  async beginEpoch(): Promise<number> {
    this.#check();
    this.#epoch = epochAfter(this.epoch, this.#now());
    return this.#epoch;
  }

  async reserve(owner: string): Promise<boolean> {
    const { isReserved } = await this.refresh();
    if (isReserved && this.#reservation?.owner !== owner) return false;
    this.#reservation = { owner, until: performance.now() + reservationMs };
    return true;
  }

  async release(owner: string): Promise<void> {
    this.#check();
    if (this.#reservation?.owner === owner) this.#reservation = undefined;
  }

  async erase(request: ErasureRequest): Promise<void> {
    await this.#write('erase', request.devices.length);
    this.#erasures.push(...request.devices);
    this.#erasureList = new ErasureList(this.#erasures);
    await this.beginEpoch();
    const list = new ErasureList(request.devices);
    for (const [key, row] of this.#records) if (list.coversRecord(row)) this.#records.delete(key);
    this.#minutes.remove((row) => list.keepWindows([row]).length === 0);
    this.#hours.remove((row) => list.keepWindows([row]).length === 0);
    this.#days.remove((row) => list.keepDays([row]).length === 0);
    this.#grids.remove((row) => list.keepGrids([row]).length === 0);
    this.#blocks.remove((row) => list.coversDevice(row.deviceId));
    this.#runs.remove((row) => list.coversDevice(row.deviceId));
    for (const [key, row] of this.#health) {
      if (list.keepHealth([row]).length === 0) this.#health.delete(key);
    }
    for (const { deviceId, to } of request.devices) {
      if (to === forever) this.#statuses.delete(deviceId);
    }
    for (const table of [this.#scopeHours, this.#scopeDays]) {
      table.remove((row) => request.scopes.includes(row.scope));
    }
  }

  async putRecords(rows: readonly RecordRow[]): Promise<void> {
    await this.#write('putRecords', rows.length);
    const oldest = this.#now() - this.#rawRetentionMs;
    for (const row of this.#erasureList.keepRecords(rows)) {
      const key = `${row.deviceId}/${row.record.runId}/${row.record.seq}`;
      if (row.receivedAt <= oldest || this.#records.has(key)) continue;
      this.#records.set(key, structuredClone(row));
    }
  }

  async readRecords(query: RecordQuery): Promise<RecordRow[]> {
    const { deviceId, kinds, limit } = query;
    return this.#liveRecords()
      .filter((row) => row.deviceId === deviceId)
      .filter((row) => kinds === undefined || kinds.includes(row.record.kind))
      .filter((row) => inRange(recordTime(row.record), query))
      .sort(compareRecordRows)
      .slice(0, limit)
      .map((row) => structuredClone(row));
  }

  async *scanRecords(): AsyncIterable<RecordRow> {
    for (const row of this.#liveRecords()) yield structuredClone(row);
  }

  async putMinutes(rows: readonly DeviceWindowRow[]): Promise<void> {
    await this.#write('putMinutes', rows.length);
    this.#minutes.put(this.#erasureList.keepWindows(rows));
  }

  async readMinutes(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    return this.#windows(this.#minutes, deviceId, range);
  }

  async putHours(rows: readonly DeviceHourRow[]): Promise<void> {
    await this.#write('putHours', rows.length);
    this.#hours.put(this.#erasureList.keepWindows(rows));
  }

  async readHours(deviceId: string, range: TimeRange): Promise<DeviceHourRow[]> {
    return this.#windows(this.#hours, deviceId, range);
  }

  async readHourSlice(hour: number, logPartition: number): Promise<DeviceHourRow[]> {
    this.#check();
    return this.#hours
      .select((row) => row.windowStart === hour && row.logPartition === logPartition)
      .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  }

  async putDays(rows: readonly DeviceWindowRow[]): Promise<void> {
    await this.#write('putDays', rows.length);
    this.#days.put(this.#erasureList.keepDays(rows));
  }

  async readDays(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]> {
    return this.#windows(this.#days, deviceId, range);
  }

  async putScopeHours(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#write('putScopeHours', rows.length);
    this.#scopeHours.put(rows);
  }

  async readScopeHours(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#scopes(this.#scopeHours, scope, range);
  }

  async putScopeDays(rows: readonly ScopeWindowRow[]): Promise<void> {
    await this.#write('putScopeDays', rows.length);
    this.#scopeDays.put(rows);
  }

  async readScopeDays(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]> {
    return this.#scopes(this.#scopeDays, scope, range);
  }

  async putGrids(rows: readonly GridRow[]): Promise<void> {
    await this.#write('putGrids', rows.length);
    this.#grids.put(this.#erasureList.keepGrids(rows));
  }

  async readGrids(deviceId: string, range: TimeRange): Promise<GridRow[]> {
    this.#check();
    return this.#grids
      .select((row) => row.deviceId === deviceId && inRange(row.hour, range))
      .sort((a, b) => a.hour - b.hour);
  }

  async putLedgerBlocks(rows: readonly LedgerBlockRow[]): Promise<void> {
    await this.#write('putLedgerBlocks', rows.length);
    this.#blocks.put(this.#erasureList.keepLedger(rows));
  }

  async putLedgerRuns(rows: readonly LedgerRunRow[]): Promise<void> {
    await this.#write('putLedgerRuns', rows.length);
    this.#runs.put(this.#erasureList.keepLedger(rows));
  }

  async readLedgerBlocks(
    deviceId: string,
    runId?: string,
    { from, to }: BlockRange = { from: 0, to: Infinity },
  ): Promise<LedgerBlockRow[]> {
    this.#check();
    return this.#blocks
      .select((row) => row.deviceId === deviceId && (runId === undefined || row.runId === runId))
      .filter(({ block }) => block >= from && block < to)
      .sort((a, b) => (a.runId === b.runId ? a.block - b.block : a.runId < b.runId ? -1 : 1));
  }

  async readLedgerRuns(deviceId: string): Promise<LedgerRunRow[]> {
    this.#check();
    return this.#runs
      .select((row) => row.deviceId === deviceId)
      .sort((a, b) => (a.runId < b.runId ? -1 : 1));
  }

  async putDeviceStatus(row: DeviceStatusRow): Promise<void> {
    await this.#write('putDeviceStatus', 1);
    if (this.#erasureList.keepStatuses([row]).length === 0) return;
    const present = this.#statuses.get(row.deviceId);
    if (present !== undefined) {
      const newer =
        row.message.connectSeq - present.message.connectSeq || row.receivedAt - present.receivedAt;
      if (newer < 0) return;
    }
    this.#statuses.set(row.deviceId, structuredClone(row));
  }

  async readDeviceStatuses(): Promise<DeviceStatusRow[]> {
    this.#check();
    return [...this.#statuses.values()]
      .map((row) => structuredClone(row))
      .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  }

  async putHealth(rows: readonly HealthRow[]): Promise<void> {
    await this.#write('putHealth', rows.length);
    for (const row of this.#erasureList.keepHealth(rows)) {
      this.#health.set(`${row.deviceId}/${row.receivedAt}`, structuredClone(row));
    }
  }

  async readHealth(deviceId: string, range: TimeRange): Promise<HealthRow[]> {
    this.#check();
    return [...this.#health.values()]
      .filter((row) => row.deviceId === deviceId && inRange(row.receivedAt, range))
      .map((row) => structuredClone(row))
      .sort((a, b) => a.receivedAt - b.receivedAt);
  }

  async #write(method: keyof ObservationStore, rows: number): Promise<void> {
    this.#check();
    await this.#beforeWrite?.(method, rows);
  }

  #check(): void {
    if (!this.#started) throw stopped();
  }

  #liveRecords(): RecordRow[] {
    this.#check();
    const oldest = this.#now() - this.#rawRetentionMs;
    return [...this.#records.values()].filter((row) => row.receivedAt > oldest);
  }

  #windows<Row extends DeviceWindowRow>(
    table: VersionedTable<Row>,
    deviceId: string,
    range: TimeRange,
  ): Row[] {
    this.#check();
    return table
      .select((row) => row.deviceId === deviceId && inRange(row.windowStart, range))
      .sort(byWindow);
  }

  #scopes(table: VersionedTable<ScopeWindowRow>, scope: Scope, range: TimeRange): ScopeWindowRow[] {
    this.#check();
    return table
      .select((row) => row.scope === scope && inRange(row.windowStart, range))
      .sort((a, b) => byWindow(a, b) || a.logPartition - b.logPartition);
  }
}

function stopped(): ObservationStoreError {
  return new ObservationStoreError('stopped', 'the store is not started');
}
