import { logPartitions, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import { partitionOf } from '@emotion-fleet/event-log';
import {
  dayMs,
  floorToDay,
  floorToMinute,
  hourMs,
  recordTime,
  type DeviceHourRow,
  type DeviceWindowRow,
  type GridCells,
  type GridRow,
  type ObservationStore,
  type RecordRow,
  type TimeRange,
  type WindowValues,
} from '@emotion-fleet/observation-store';
import { logTimeOf } from '../decode-batch.ts';
import type { LedgerTracker } from '../ledger/ledger-tracker.ts';
import { addCells, toGrid } from '../windows/grid-cells.ts';
import { MinuteState } from '../windows/minute-state.ts';
import { sumWindows } from '../windows/window-sums.ts';
import { allDone } from '../record-handler.ts';
import type { Checkpoint } from './reservation.ts';

export interface DeviceRebuildOptions {
  readonly store: ObservationStore;
  readonly deviceId: string;
  readonly version: number;
  readonly sealAfterMs?: number;
  /** Learns of the raw rows that are read anyway. */
  readonly ledger: LedgerTracker;
}

/** What the store holds of a device's day. */
interface StoredDay {
  readonly minutes: readonly DeviceWindowRow[];
  readonly hours: readonly DeviceHourRow[];
  readonly days: readonly DeviceWindowRow[];
  readonly grids: readonly GridRow[];
}

/** Windows of one device from its raw rows, a day at a time, its raw rows an hour at a time. */
export class DeviceRebuild {
  readonly #options: DeviceRebuildOptions;
  readonly #logPartition: number;

  constructor(options: DeviceRebuildOptions) {
    this.#options = options;
    this.#logPartition = partitionOf(options.deviceId, logPartitions);
  }

  /** @param range whole hours */
  async run(range: TimeRange, checkpoint: Checkpoint): Promise<void> {
    for (let day = floorToDay(range.from); day < range.to; day += dayMs) {
      checkpoint();
      await this.#rebuildDay(day, Math.max(day, range.from));
    }
  }

  async #rebuildDay(day: number, from: number): Promise<void> {
    const { store, deviceId } = this.#options;
    const to = day + dayMs;
    const stored = await this.#readDay(day);
    const hours = new Map<number, WindowValues>();
    for (const { windowStart, values } of stored.hours) hours.set(windowStart, values);
    const isEmpty = [stored.minutes, stored.hours, stored.days, stored.grids].every(
      ({ length }) => length === 0,
    );
    // Most days of most cameras that are gone: one question instead of one for each hour.
    const first = await store.readRecords({ deviceId, from, to, limit: 1 });
    if (isEmpty && first.length === 0) return;
    for (let hour = from; hour < to; hour += hourMs) {
      const rows = await store.readRecords({ deviceId, from: hour, to: hour + hourMs });
      if (rows.length === 0 && isEmpty) continue;
      hours.set(hour, await this.#rebuildHour(hour, rows, stored));
    }
    const inOrder = [...hours].sort(([a], [b]) => a - b).map(([, values]) => values);
    await store.putDays([this.#window(day, sumWindows(inOrder))]);
  }

  /** @returns the hour's values */
  async #rebuildHour(
    hour: number,
    rows: readonly RecordRow[],
    stored: StoredDay,
  ): Promise<WindowValues> {
    const { store, deviceId, version, sealAfterMs = outboxMaxAgeMs } = this.#options;
    const states = new Map<number, MinuteState>();
    for (const row of rows) {
      const minute = floorToMinute(recordTime(row.record));
      let state = states.get(minute);
      if (state === undefined) states.set(minute, (state = new MinuteState()));
      state.merge(row, sealAfterMs);
    }
    const isOfHour = (time: number) => time >= hour && time < hour + hourMs;
    // A window that no raw row speaks for says nothing.
    const minutes = new Map<number, WindowValues>();
    for (const { windowStart } of stored.minutes) {
      if (isOfHour(windowStart)) minutes.set(windowStart, sumWindows([]));
    }
    const inOrder = [...states].sort(([a], [b]) => a - b);
    for (const [minute, { sums }] of inOrder) minutes.set(minute, sums.values());
    const values = sumWindows(inOrder.map(([, { sums }]) => sums.values()));
    const cells: GridCells = toGrid(addCells(inOrder.map(([, { sums }]) => sums.cells)));
    const isCounted =
      rows.length > 0 || stored.hours.some(({ windowStart }) => isOfHour(windowStart));
    const hasGrid = cells.size > 0 || stored.grids.some((grid) => isOfHour(grid.hour));
    const ofHour = { ...this.#window(hour, values), logPartition: this.#logPartition };
    const ledger = await this.#options.ledger.apply(rows, { version, logTime: logTimeOf(rows) });
    // Each row stands for itself: together they share the cost of being durable.
    await allDone([
      store.putMinutes([...minutes].map(([minute, sum]) => this.#window(minute, sum))),
      store.putHours(isCounted ? [ofHour] : []),
      store.putGrids(hasGrid ? [{ deviceId, hour, version, cells }] : []),
      store.putLedgerBlocks(ledger.blocks),
      store.putLedgerRuns(ledger.runs),
    ]);
    return values;
  }

  async #readDay(day: number): Promise<StoredDay> {
    const { store, deviceId } = this.#options;
    const range = { from: day, to: day + dayMs };
    const [minutes, hours, days, grids] = await Promise.all([
      store.readMinutes(deviceId, range),
      store.readHours(deviceId, range),
      store.readDays(deviceId, range),
      store.readGrids(deviceId, range),
    ]);
    return { minutes, hours, days, grids };
  }

  #window(windowStart: number, values: WindowValues): DeviceWindowRow {
    const { deviceId, version } = this.#options;
    return { deviceId, windowStart, version, values };
  }
}
