import { emotions, gridColumns, gridRows, zeroByEmotion } from '@emotion-fleet/contracts';
import type { ByEmotionCounts, Heatmap } from '@emotion-fleet/contracts/api';
import { floorToHour, hourMs, type GridRow } from '@emotion-fleet/observation-store';
import { isoTime } from './query-range.ts';
import type { Reading } from './reading.ts';

/** Samples by cell of the frame. Hours that the range touches count whole, and so does the privacy gate. */
export async function readHeatmap(reading: Reading, deviceId: string): Promise<Heatmap> {
  const { tools, range } = reading;
  const hours = {
    from: floorToHour(range.from),
    to: floorToHour(range.to + hourMs - 1),
  };
  const suppressed = await tools.gate.isHidden({ ...reading, range: hours });
  const rows = suppressed ? [] : await tools.store.readGrids(deviceId, hours);
  return {
    from: isoTime(hours.from),
    to: isoTime(hours.to),
    columns: gridColumns,
    rows: gridRows,
    suppressed,
    cells: addCells(rows),
  };
}

function addCells(rows: readonly GridRow[]): Heatmap['cells'] {
  const sums = new Map<number, ByEmotionCounts>();
  for (const { cells } of rows) {
    for (const [cell, counts] of cells) {
      const sum = sums.get(cell) ?? zeroByEmotion();
      emotions.forEach((emotion, index) => (sum[emotion] += counts[index] ?? 0));
      sums.set(cell, sum);
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([cell, byEmotion]) => ({
      column: cell % gridColumns,
      row: Math.floor(cell / gridColumns),
      byEmotion,
    }));
}
