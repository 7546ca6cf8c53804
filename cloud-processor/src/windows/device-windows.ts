import {
  dayMs,
  floorToDay,
  floorToHour,
  floorToMinute,
  hourMs,
  minuteMs,
  recordTime,
  type DeviceHourRow,
  type DeviceWindowRow,
  type GridRow,
  type ObservationStore,
  type RecordRow,
  type WindowValues,
} from '@emotion-fleet/observation-store';
import { LruMap } from '../lru-map.ts';
import { mapLimited } from '../map-limited.ts';
import { closeSlot, HourEntry, refreshSlot, type MinuteSlot } from './hour-entry.ts';
import { MinuteState } from './minute-state.ts';
import { sumWindows, withoutShrinking } from './window-sums.ts';

/**
 * Bounds of the caches of one log partition. Beyond them raw rows are read again; nothing else changes. They have to
 * hold what the partition's devices touch in turn: of a cache that is a little too small nothing is found again.
 */
export interface WindowCacheLimits {
  /** What no record has touched while the log went on for so long is dropped, whatever room there is. */
  readonly idleMs: number;
  /** Hours of devices. */
  readonly hours: number;
  /** Minutes that know which records they hold. */
  readonly minutes: number;
  /** Record identities in those minutes. */
  readonly keys: number;
}

export interface DeviceWindowsOptions {
  readonly store: ObservationStore;
  readonly sealAfterMs: number;
  readonly limits: WindowCacheLimits;
}

/** What holds for all rows of a batch: see `Versioned`, and `DeviceHourRow` for the partition. */
export interface BatchMark {
  readonly version: number;
  readonly logPartition: number;
  /** The latest `receivedAt` in it. */
  readonly logTime: number;
}

/** Every window that a batch touched, as it is now. */
export interface WindowChange {
  readonly minutes: readonly DeviceWindowRow[];
  readonly hours: readonly DeviceHourRow[];
  readonly days: readonly DeviceWindowRow[];
  readonly grids: readonly GridRow[];
}

interface DayEntry {
  readonly hours: (WindowValues | undefined)[];
}

/** The rows of a batch that fall in one hour of one device, by minute. */
interface TouchedHour {
  readonly deviceId: string;
  readonly hour: number;
  readonly rowsByMinute: Map<number, RecordRow[]>;
}

const parallelReads = 16;

/**
 * Windows of the devices of one log partition.
 *
 * INVARIANTS
 * - The raw rows of a batch are in the store before `apply` sees them, so that a read finds them.
 * - Between two batches the cache equals what raw rows and window rows give; whoever sees a batch fail throws
 *   the whole object away.
 */
export class DeviceWindows {
  readonly #options: DeviceWindowsOptions;
  readonly #hours = new LruMap<string, HourEntry>();
  readonly #days = new LruMap<string, DayEntry>();
  readonly #open = new LruMap<MinuteSlot, MinuteState>();

  constructor(options: DeviceWindowsOptions) {
    this.#options = options;
  }

  /** Merges raw rows that are already stored and gives every touched window, duplicates or not. */
  async apply(
    rows: readonly RecordRow[],
    { version, logPartition, logTime }: BatchMark,
  ): Promise<WindowChange> {
    for (const cache of [this.#hours, this.#days, this.#open]) cache.advance(logTime);
    const change = {
      minutes: [] as DeviceWindowRow[],
      hours: [] as DeviceHourRow[],
      days: [] as DeviceWindowRow[],
      grids: [] as GridRow[],
    };
    const touchedDays = new Map<string, { deviceId: string; windowStart: number; day: DayEntry }>();
    const touchedHours = groupByHour(rows);
    const loaded = await mapLimited(touchedHours, parallelReads, async (touched) => ({
      touched,
      entry: await this.#loadHour(touched),
      day: await this.#loadDay(touched),
    }));
    for (const { touched, entry, day } of loaded) {
      const { deviceId, hour } = touched;
      for (const [windowStart, minuteRows] of touched.rowsByMinute) {
        const slot = this.#merge(entry, windowStart, minuteRows);
        change.minutes.push({ deviceId, windowStart, version, values: refreshSlot(slot) });
      }
      const index = (hour - floorToDay(hour)) / hourMs;
      const { values: summed, grid } = entry.sums(Math.min(...touched.rowsByMinute.keys()));
      const values = withoutShrinking(day.hours[index], summed);
      day.hours[index] = values;
      change.hours.push({ deviceId, windowStart: hour, version, logPartition, values });
      if (grid.size > 0) change.grids.push({ deviceId, hour, version, cells: grid });
      const windowStart = floorToDay(hour);
      touchedDays.set(`${deviceId}/${windowStart}`, { deviceId, windowStart, day });
    }
    for (const { deviceId, windowStart, day } of touchedDays.values()) {
      change.days.push({ deviceId, windowStart, version, values: sumWindows(day.hours) });
    }
    this.#trim();
    return change;
  }

  #merge(entry: HourEntry, minute: number, rows: readonly RecordRow[]): MinuteSlot {
    const slot = entry.openSlot(minute);
    slot.state ??= new MinuteState();
    for (const row of rows) slot.state.merge(row, this.#options.sealAfterMs);
    this.#open.set(slot, slot.state);
    return slot;
  }

  async #loadHour(touched: TouchedHour): Promise<HourEntry> {
    const { deviceId, hour, rowsByMinute } = touched;
    const key = `${deviceId}/${hour}`;
    const cached = this.#hours.get(key);
    if (cached === undefined) {
      const entry = await this.#readHour(touched);
      this.#hours.set(key, entry);
      return entry;
    }
    const evicted = [...rowsByMinute.keys()].filter((minute) => {
      const slot = cached.slot(minute);
      return slot !== undefined && slot.state === undefined;
    });
    if (evicted.length > 0) {
      const range = { from: Math.min(...evicted), to: Math.max(...evicted) + minuteMs };
      const rows = await this.#options.store.readRecords({ deviceId, ...range });
      const states = this.#statesOf(rows);
      for (const minute of evicted) {
        cached.openSlot(minute).state = states.get(minute) ?? new MinuteState();
      }
    }
    return cached;
  }

  /** Start, rebalance, late data: the raw rows of the hour once, and what the store holds of its windows. */
  async #readHour({ deviceId, hour, rowsByMinute }: TouchedHour): Promise<HourEntry> {
    const { store } = this.#options;
    const range = { from: hour, to: hour + hourMs };
    const [rows, minutes, grids] = await Promise.all([
      store.readRecords({ deviceId, ...range }),
      store.readMinutes(deviceId, range),
      store.readGrids(deviceId, range),
    ]);
    const entry = new HourEntry({ deviceId, hour });
    for (const { windowStart, values } of minutes) entry.openSlot(windowStart).values = values;
    for (const [minute, state] of this.#statesOf(rows)) {
      const slot = entry.openSlot(minute);
      slot.cells = state.sums.cells;
      // Only what this batch touches is likely to be touched again soon.
      if (rowsByMinute.has(minute)) slot.state = state;
      else closeSlot(slot);
    }
    if (grids[0] !== undefined) entry.setStoredGrid(grids[0].cells);
    return entry;
  }

  #statesOf(rows: readonly RecordRow[]): Map<number, MinuteState> {
    const states = new Map<number, MinuteState>();
    for (const row of rows) {
      const minute = floorToMinute(recordTime(row.record));
      let state = states.get(minute);
      if (state === undefined) states.set(minute, (state = new MinuteState()));
      state.merge(row, this.#options.sealAfterMs);
    }
    return states;
  }

  async #loadDay({ deviceId, hour }: TouchedHour): Promise<DayEntry> {
    const from = floorToDay(hour);
    const key = `${deviceId}/${from}`;
    const cached = this.#days.get(key);
    if (cached !== undefined) return cached;
    const rows = await this.#options.store.readHours(deviceId, { from, to: from + dayMs });
    // Another hour of the same day may have loaded it meanwhile.
    const raced = this.#days.get(key);
    if (raced !== undefined) return raced;
    const entry: DayEntry = { hours: new Array<undefined>(dayMs / hourMs).fill(undefined) };
    for (const { windowStart, values } of rows) entry.hours[(windowStart - from) / hourMs] = values;
    this.#days.set(key, entry);
    return entry;
  }

  #trim(): void {
    const { idleMs, hours, minutes, keys } = this.#options.limits;
    const tooManyHours = { idleMs, isTooMuch: (size: number) => size > hours };
    this.#hours.trim(tooManyHours, (_key, entry) => {
      for (const slot of entry.slots()) this.#open.delete(slot);
    });
    this.#days.trim(tooManyHours);
    let held = this.#open.sum((state) => state.keys);
    const isTooMuch = (size: number) => size > minutes || held > keys;
    this.#open.trim({ idleMs, isTooMuch }, (slot, state) => {
      closeSlot(slot);
      held -= state.keys;
    });
  }
}

function groupByHour(rows: readonly RecordRow[]): TouchedHour[] {
  const hours = new Map<string, TouchedHour>();
  for (const row of rows) {
    const time = recordTime(row.record);
    const hour = floorToHour(time);
    const key = `${row.deviceId}/${hour}`;
    let touched = hours.get(key);
    if (touched === undefined) {
      touched = { deviceId: row.deviceId, hour, rowsByMinute: new Map() };
      hours.set(key, touched);
    }
    const minute = floorToMinute(time);
    const minuteRows = touched.rowsByMinute.get(minute);
    if (minuteRows === undefined) touched.rowsByMinute.set(minute, [row]);
    else minuteRows.push(row);
  }
  return [...hours.values()];
}
