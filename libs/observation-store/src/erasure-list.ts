import { recordTime } from './record-time.ts';
import type {
  DeviceStatusRow,
  DeviceWindowRow,
  ErasureRow,
  GridRow,
  HealthRow,
  RecordRow,
} from './rows.ts';
import { dayMs } from './windows/time.ts';

/** The end of an erasure without an end; the last moment that a JavaScript date can hold. */
export const forever = 8_640_000_000_000_000;

type Span = Pick<ErasureRow, 'from' | 'to'>;

/** What must never be written again. Each `keep...` gives the rows that may be. */
export class ErasureList {
  readonly #spans: ReadonlyMap<string, readonly Span[]>;

  constructor(rows: readonly ErasureRow[] = []) {
    this.#spans = Map.groupBy(rows, ({ deviceId }) => deviceId);
  }

  /** Whether all of `from <= t < to` is erased by one erasure. */
  covers(deviceId: string, { from, to }: Span): boolean {
    const spans = this.#spans.get(deviceId);
    return spans?.some((span) => span.from <= from && to <= span.to) ?? false;
  }

  coversRecord({ deviceId, record }: RecordRow): boolean {
    return this.#coversMoment(deviceId, recordTime(record));
  }

  /** The whole device: nothing that is said of it is kept, its ledger neither. */
  coversDevice(deviceId: string): boolean {
    return this.covers(deviceId, { from: 0, to: forever });
  }

  keepRecords(rows: readonly RecordRow[]): readonly RecordRow[] {
    return this.#keep(rows, (row) => this.coversRecord(row));
  }

  /** Of minutes and hours. */
  keepWindows<Row extends DeviceWindowRow>(rows: readonly Row[]): readonly Row[] {
    return this.#keep(rows, (row) => this.#coversMoment(row.deviceId, row.windowStart));
  }

  /** A day of which some hours are left is a sum that may be written. */
  keepDays(rows: readonly DeviceWindowRow[]): readonly DeviceWindowRow[] {
    return this.#keep(rows, ({ deviceId, windowStart: from }) =>
      this.covers(deviceId, { from, to: from + dayMs }),
    );
  }

  keepGrids(rows: readonly GridRow[]): readonly GridRow[] {
    return this.#keep(rows, (row) => this.#coversMoment(row.deviceId, row.hour));
  }

  keepLedger<Row extends { readonly deviceId: string }>(rows: readonly Row[]): readonly Row[] {
    return this.#keep(rows, (row) => this.coversDevice(row.deviceId));
  }

  /** Of statuses only the last one is kept: it goes with an erasure that has no end. */
  keepStatuses(rows: readonly DeviceStatusRow[]): readonly DeviceStatusRow[] {
    return this.#keep(rows, ({ deviceId }) =>
      this.covers(deviceId, { from: forever, to: forever }),
    );
  }

  keepHealth(rows: readonly HealthRow[]): readonly HealthRow[] {
    return this.#keep(rows, (row) => this.#coversMoment(row.deviceId, row.receivedAt));
  }

  #coversMoment(deviceId: string, time: number): boolean {
    return this.covers(deviceId, { from: time, to: time + 1 });
  }

  #keep<Row>(rows: readonly Row[], isErased: (row: Row) => boolean): readonly Row[] {
    return this.#spans.size === 0 ? rows : rows.filter((row) => !isErased(row));
  }
}
