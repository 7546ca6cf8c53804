import type { RecordKind } from '@emotion-fleet/contracts';
import { CodedError, type HopHealth } from '@emotion-fleet/service';
import type { ErasureList } from './erasure-list.ts';
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
} from './rows.ts';
import type { TimeRange } from './time-range.ts';

export type { TimeRange };

export interface RecordQuery extends TimeRange {
  readonly deviceId: string;
  readonly kinds?: readonly RecordKind[];
  /** At most this many, earliest first (default: all). */
  readonly limit?: number;
}

/** What writers must know before they write; as it was read last. */
export interface StoreState {
  /** Microseconds since 1970 at which the store was made or an epoch was begun, above all versions before. */
  readonly epoch: number;
  /** A replay, a rebuild or an erasure has the windows to itself: other writers wait. */
  readonly isReserved: boolean;
  readonly erasures: ErasureList;
}

/** What is erased: devices for ranges of whole hours (no end: `forever`), and the sums of sites. */
export interface ErasureRequest {
  readonly devices: readonly ErasureRow[];
  readonly scopes: readonly Scope[];
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

  /** As it was read last: at start, by `refresh`, or begun here. */
  readonly epoch: number;
  /** Reads anew what other processes may have changed. A new epoch means: forget what you know of the store. */
  refresh(): Promise<StoreState>;
  /** A new epoch, above every version of those before; at once seen by every `refresh`, wherever. */
  beginEpoch(): Promise<number>;
  /**
   * Keeps the windows to `owner` for a minute, or for another one.
   * @returns false where somebody else has them (or, when renewed, has taken them since)
   */
  reserve(owner: string): Promise<boolean>;
  release(owner: string): Promise<void>;

  /**
   * Deletes for good: first it is written down that it is erased, then a new epoch is begun, then rows go. From
   * then on whatever is put of it is dropped without a word. Done when it resolves; after a fault, ask again.
   * Days of which only a part is erased, and sums of scopes, are the caller's to write anew in the new epoch.
   */
  erase(request: ErasureRequest): Promise<void>;

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
  /** In order of run and block: of all runs, of one, or some blocks of one. */
  readLedgerBlocks(
    deviceId: string,
    runId?: string,
    blocks?: BlockRange,
  ): Promise<LedgerBlockRow[]>;
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
