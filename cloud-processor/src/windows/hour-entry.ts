import { minuteMs, type GridCells, type WindowValues } from '@emotion-fleet/observation-store';
import { addCells, fromGrid, PackedCells, toGrid, type CellCounts } from './grid-cells.ts';
import type { MinuteState } from './minute-state.ts';
import { sumWindows, withoutShrinking } from './window-sums.ts';

export const minutesPerHour = 60;

/** One minute as an hour remembers it. */
export interface MinuteSlot {
  values: WindowValues | undefined;
  /** This minute's part of the hour's grid. */
  cells: CellCounts | undefined;
  /** Absent once evicted; then raw rows have to be read before anything is added. */
  state: MinuteState | undefined;
}

/**
 * Minutes so far behind the one that changes are settled: they are summed up once. Visits count in the minute in which
 * they began, so that the last few minutes still change.
 */
const settlesBehindMinutes = 5;

/** The sum of the first minutes of an hour, those before `until` (an index). */
interface Settled {
  readonly until: number;
  readonly values: WindowValues;
  readonly cells: PackedCells;
}

const nothingSettled: Settled = { until: 0, values: sumWindows([]), cells: PackedCells.none };

/**
 * One hour of one device. A minute without a slot has no records: the raw rows of the whole hour were read
 * when the entry was made, and only its owner has added any since.
 */
export class HourEntry {
  readonly deviceId: string;
  readonly hour: number;
  readonly #slots = new Array<MinuteSlot | undefined>(minutesPerHour).fill(undefined);
  #settled = nothingSettled;
  #grid = PackedCells.none;

  constructor({ deviceId, hour }: { deviceId: string; hour: number }) {
    this.deviceId = deviceId;
    this.hour = hour;
  }

  slot(minute: number): MinuteSlot | undefined {
    return this.#slots[this.#index(minute)];
  }

  /** The minute's slot, made empty where there is none. */
  openSlot(minute: number): MinuteSlot {
    const index = this.#index(minute);
    return (this.#slots[index] ??= { values: undefined, cells: undefined, state: undefined });
  }

  *slots(): Generator<MinuteSlot> {
    for (const slot of this.#slots) if (slot !== undefined) yield slot;
  }

  /** What the store holds of the hour's grid. */
  setStoredGrid(grid: GridCells): void {
    this.#grid = fromGrid(grid);
  }

  /**
   * The hour as the sum of its minutes in order of time, and its grid, never one of fewer samples than before (see
   * `withoutShrinking`). Before the minute `from` nothing has changed since the last call.
   */
  sums(from: number): { readonly values: WindowValues; readonly grid: GridCells } {
    this.#settle(this.#index(from));
    const { values, cells } = this.#withSettled(this.#slots.slice(this.#settled.until));
    if (cells.total >= this.#grid.total) this.#grid = cells;
    return { values, grid: toGrid(this.#grid) };
  }

  #settle(changed: number): void {
    if (changed < this.#settled.until) this.#settled = nothingSettled;
    const until = changed - settlesBehindMinutes;
    if (until <= this.#settled.until) return;
    const slots = this.#slots.slice(this.#settled.until, until);
    this.#settled = { until, ...this.#withSettled(slots) };
  }

  /** What is settled and the minutes that come after it. */
  #withSettled(slots: readonly (MinuteSlot | undefined)[]): Omit<Settled, 'until'> {
    const present = slots.filter((slot) => slot !== undefined);
    const cells = present.map((slot) => slot.cells).filter((cells) => cells !== undefined);
    return {
      values: sumWindows([this.#settled.values, ...present.map((slot) => slot.values)]),
      cells: addCells([this.#settled.cells, ...cells]),
    };
  }

  #index(minute: number): number {
    return (minute - this.hour) / minuteMs;
  }
}

/** Takes over what the slot's state has added up to. */
export function refreshSlot(slot: MinuteSlot): WindowValues {
  const { state } = slot;
  if (state !== undefined) {
    slot.values = withoutShrinking(slot.values, state.sums.values());
    slot.cells = state.sums.cells;
  }
  return slot.values ?? sumWindows([]);
}

/** Lets go of which records the minute holds: raw rows tell, should one more come. */
export function closeSlot(slot: MinuteSlot): void {
  slot.state = undefined;
  if (slot.cells !== undefined) slot.cells = addCells([slot.cells]);
}
