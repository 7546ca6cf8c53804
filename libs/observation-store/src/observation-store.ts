import type { RecordKind } from '@emotion-fleet/contracts';
import { CodedError, type HopHealth } from '@emotion-fleet/service';
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

/** Half open, epoch ms: `from <= t < to`. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export interface RecordQuery extends TimeRange {
  readonly deviceId: string;
  readonly kinds?: readonly RecordKind[];
  /** At most this many, earliest first (default: all). */
  readonly limit?: number;
}

/**
 * Where observations live. Every write is idempotent: raw rows keep the first bytes, versioned rows keep the
 * highest version. Each method is durable when it resolves.
 *
 * A record's place in time is `startedAt` for visits and presence and `observedAt` for samples and gaps.
 */
export interface ObservationStore {
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): HopHealth;

  /** Microseconds since 1970, fixed when the store was created or last rebuilt. */
  readonly epoch: number;

  /** Writes raw rows; a row that is there is left as it is. TTL counts from the first `receivedAt`. */
  putRecords(rows: readonly RecordRow[]): Promise<void>;
  /** Raw rows in order of time, runId, seq. */
  readRecords(query: RecordQuery): Promise<RecordRow[]>;
  /** Every raw row that is still there, in no particular order: for audits and rebuilds. */
  scanRecords(): AsyncIterable<RecordRow>;

  putMinutes(rows: readonly DeviceWindowRow[]): Promise<void>;
  readMinutes(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]>;
  putHours(rows: readonly DeviceHourRow[]): Promise<void>;
  readHours(deviceId: string, range: TimeRange): Promise<DeviceHourRow[]>;
  /** All devices of one log partition in one hour. */
  readHourSlice(hour: number, logPartition: number): Promise<DeviceHourRow[]>;
  putDays(rows: readonly DeviceWindowRow[]): Promise<void>;
  readDays(deviceId: string, range: TimeRange): Promise<DeviceWindowRow[]>;

  putScopeHours(rows: readonly ScopeWindowRow[]): Promise<void>;
  readScopeHours(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]>;
  putScopeDays(rows: readonly ScopeWindowRow[]): Promise<void>;
  readScopeDays(scope: Scope, range: TimeRange): Promise<ScopeWindowRow[]>;

  putGrids(rows: readonly GridRow[]): Promise<void>;
  readGrids(deviceId: string, range: TimeRange): Promise<GridRow[]>;

  putLedgerBlocks(rows: readonly LedgerBlockRow[]): Promise<void>;
  putLedgerRuns(rows: readonly LedgerRunRow[]): Promise<void>;
  readLedgerBlocks(deviceId: string, runId?: string): Promise<LedgerBlockRow[]>;
  readLedgerRuns(deviceId: string): Promise<LedgerRunRow[]>;

  /** Keeps the row of the highest `connectSeq`; of two with the same, the later `receivedAt`. */
  putDeviceStatus(row: DeviceStatusRow): Promise<void>;
  readDeviceStatuses(): Promise<DeviceStatusRow[]>;
  putHealth(rows: readonly HealthRow[]): Promise<void>;
  readHealth(deviceId: string, range: TimeRange): Promise<HealthRow[]>;
}

export type ObservationStoreErrorCode = 'unavailable' | 'timeout' | 'stopped' | 'locked';

export class ObservationStoreError extends CodedError<ObservationStoreErrorCode> {
  override readonly name = 'ObservationStoreError';
}
