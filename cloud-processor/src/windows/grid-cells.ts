import { emotions, gridColumns, gridRows, type SampleRecord } from '@emotion-fleet/contracts';
import type { GridCells } from '@emotion-fleet/observation-store';

/** Samples by `cell * emotions.length + emotion`: a map while they grow, else `PackedCells`. */
export interface CellCounts {
  forEach(visit: (count: number, key: number) => void): void;
}

/** Counts that don't change any more, without a map's overhead: every minute of every camera holds some. */
export class PackedCells implements CellCounts {
  readonly #keys: Uint16Array;
  readonly #counts: Uint32Array;
  readonly total: number;

  constructor(keys: readonly number[], counts: readonly number[]) {
    this.#keys = Uint16Array.from(keys);
    this.#counts = Uint32Array.from(counts);
    this.total = counts.reduce((total, count) => total + count, 0);
  }

  static none = new PackedCells([], []);

  /** In order of keys. */
  forEach(visit: (count: number, key: number) => void): void {
    for (let index = 0; index < this.#keys.length; index++) {
      visit(this.#counts[index]!, this.#keys[index]!);
    }
  }
}

/** The cell that holds the face's centre, and the emotion, as a key of `CellCounts`. */
export function cellKey({ face, frame, emotion }: SampleRecord): number {
  const column = cellOf((face.x + face.width / 2) / frame.width, gridColumns);
  const row = cellOf((face.y + face.height / 2) / frame.height, gridRows);
  return (row * gridColumns + column) * emotions.length + emotions.indexOf(emotion);
}

/** For one sum at a time: dense, since most keys of a busy hour are there. */
const sums = new Uint32Array(gridColumns * gridRows * emotions.length);

/** Adds up the cells of several minutes. */
export function addCells(parts: readonly CellCounts[]): PackedCells {
  sums.fill(0);
  for (const part of parts) part.forEach((count, key) => (sums[key]! += count));
  const keys: number[] = [];
  const counts: number[] = [];
  for (let key = 0; key < sums.length; key++) {
    const count = sums[key]!;
    if (count === 0) continue;
    keys.push(key);
    counts.push(count);
  }
  return new PackedCells(keys, counts);
}

/** In the form that the store keeps. */
export function toGrid(cells: CellCounts): GridCells {
  const grid = new Map<number, [number, number, number, number, number]>();
  cells.forEach((count, key) => {
    const cell = Math.floor(key / emotions.length);
    let counts = grid.get(cell);
    if (counts === undefined) grid.set(cell, (counts = [0, 0, 0, 0, 0]));
    counts[key % emotions.length] = count;
  });
  return grid;
}

export function fromGrid(grid: GridCells): PackedCells {
  const keys: number[] = [];
  const counts: number[] = [];
  for (const [cell, byEmotion] of grid) {
    for (const [emotion, count] of byEmotion.entries()) {
      keys.push(cell * emotions.length + emotion);
      counts.push(count);
    }
  }
  return new PackedCells(keys, counts);
}

/** A face may stand over the edge by a rounding; it counts in the last cell. */
function cellOf(position: number, cells: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor(position * cells)));
}
