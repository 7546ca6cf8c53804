import { minuteMs, type GridCells, type WindowValues } from '@emotion-fleet/observation-store';
import { gridTotal, sumCells, type CellCounts } from './grid-cells.ts';
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
 * One hour of one device. A minute without a slot has no records: the raw rows of the whole hour were read
 * when the entry was made, and only its owner has added any since.
 */
export class HourEntry {
  readonly deviceId: string;
  readonly hour: number;
  readonly #slots = new Array<MinuteSlot | undefined>(minutesPerHour).fill(undefined);
  #grid: GridCells | undefined;

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

  /** The hour as the sum of its minutes in order of time. */
  values(): WindowValues {
    return sumWindows(this.#slots.map((slot) => slot?.values));
  }

  /** What the store holds of the hour's grid. */
  setStoredGrid(grid: GridCells | undefined): void {
    this.#grid = grid;
  }

  /** The hour's grid; never one of fewer samples than before, see `withoutShrinking`. */
  grid(): GridCells {
    const computed = sumCells([...this.slots()].map(({ cells }) => cells ?? new Map()));
    if (this.#grid === undefined || gridTotal(computed) >= gridTotal(this.#grid)) {
      this.#grid = computed;
    }
    return this.#grid;
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
