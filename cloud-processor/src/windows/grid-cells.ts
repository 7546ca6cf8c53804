import { emotions, gridColumns, gridRows, type SampleRecord } from '@emotion-fleet/contracts';
import type { GridCells } from '@emotion-fleet/observation-store';

/** Samples by `cell * emotions.length + emotion`: flat, since every minute of every camera holds one. */
export type CellCounts = Map<number, number>;

/** The cell that holds the face's centre, and the emotion, as a key of `CellCounts`. */
export function cellKey({ face, frame, emotion }: SampleRecord): number {
  const column = cellOf((face.x + face.width / 2) / frame.width, gridColumns);
  const row = cellOf((face.y + face.height / 2) / frame.height, gridRows);
  return (row * gridColumns + column) * emotions.length + emotions.indexOf(emotion);
}

export function addToCells(cells: CellCounts, key: number, count: number): void {
  cells.set(key, (cells.get(key) ?? 0) + count);
}

/** Adds up the cells of several minutes, in the form that the store keeps. */
export function sumCells(parts: Iterable<CellCounts>): GridCells {
  const grid = new Map<number, [number, number, number, number, number]>();
  for (const part of parts) {
    for (const [key, count] of part) {
      const cell = Math.floor(key / emotions.length);
      let counts = grid.get(cell);
      if (counts === undefined) grid.set(cell, (counts = [0, 0, 0, 0, 0]));
      counts[key % emotions.length]! += count;
    }
  }
  return grid;
}

/** Samples in a grid. */
export function gridTotal(cells: GridCells): number {
  let total = 0;
  for (const counts of cells.values()) for (const count of counts) total += count;
  return total;
}

/** A face may stand over the edge by a rounding; it counts in the last cell. */
function cellOf(position: number, cells: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor(position * cells)));
}
