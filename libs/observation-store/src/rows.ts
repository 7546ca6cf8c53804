import type {
  DeviceRecord,
  GapReason,
  HealthMessage,
  LoggedRecord,
  StatusMessage,
} from '@emotion-fleet/contracts';
import type { ScopeWindowValues, WindowValues } from './windows/window-values.ts';

/** A raw row: the logged record as it stands in `face-emotions`. */
export type RecordRow = LoggedRecord<DeviceRecord>;

/**
 * Which write wins: epoch (microseconds at which the keyspace or a rebuild began) + offset of the last log
 * record applied. The higher one wins whatever the clocks say and whoever writes last.
 */
export interface Versioned {
  readonly version: number;
}

/** A window of one device; `windowStart` is epoch ms, whole minutes, hours or days (UTC). */
export interface DeviceWindowRow extends Versioned {
  readonly deviceId: string;
  readonly windowStart: number;
  readonly values: WindowValues;
}

/** An hour of a device as it is also kept by hour, so that one slice recomputes a scope's sums. */
export interface DeviceHourRow extends DeviceWindowRow {
  readonly logPartition: number;
}

/** `site/{siteId}` or `fleet`. */
export type Scope = 'fleet' | `site/${string}`;

/** One log partition's share of a scope's window; readers add the partitions up. */
export interface ScopeWindowRow extends Versioned {
  readonly scope: Scope;
  readonly windowStart: number;
  readonly logPartition: number;
  readonly values: ScopeWindowValues;
}

/** Samples by cell (row * gridColumns + column, face centres) and emotion, in the order of `emotions`. */
export type GridCells = ReadonlyMap<number, readonly [number, number, number, number, number]>;

export interface GridRow extends Versioned {
  readonly deviceId: string;
  readonly hour: number;
  readonly cells: GridCells;
}

/** Numbers of ledger blocks, half open: `from <= block < to`. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** Bitmaps of `ledgerBlockSeqs` bits: seq `block * ledgerBlockSeqs + i` is bit `i & 7` of byte `i >> 3`. */
export interface LedgerBlockRow extends Versioned {
  readonly deviceId: string;
  readonly runId: string;
  readonly block: number;
  readonly stored: Uint8Array;
  /** Declared by a gap record or replaced by a rejected marker. Stored beats declared. */
  readonly declared: Uint8Array;
  readonly rejected: Uint8Array;
  /** `observedAt` of the first and last stored record of the block (receivedAt for rejected ones), epoch ms. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What the device itself says of one of its runs, from its presence records. */
export interface LedgerRunRow extends Versioned {
  readonly deviceId: string;
  readonly runId: string;
  /** Highest seen; 0 where no presence told yet. */
  readonly headSeq: number;
  readonly ackedBelow: number;
  /** First and last `observedAt` known of the run. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What the device observed in `from <= t < to` (epoch ms, whole hours) is erased, and never comes back. */
export interface ErasureRow {
  readonly deviceId: string;
  readonly from: number;
  readonly to: number;
  readonly erasedAt: number;
}

export interface DeclaredGapRow {
  readonly deviceId: string;
  readonly runId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly fromAt?: number;
  readonly toAt?: number;
  readonly reason: GapReason;
  readonly observedAt: number;
}

export interface DeviceStatusRow {
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly message: StatusMessage;
}

export interface HealthRow {
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly message: HealthMessage;
}
