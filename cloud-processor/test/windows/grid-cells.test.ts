import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gridColumns, gridRows, type SampleRecord } from '@emotion-fleet/contracts';
import { addCells, cellKey, fromGrid, toGrid } from '../../src/windows/grid-cells.ts';
import { sample } from '../support/records.ts';

function cellOf(face: SampleRecord['face']): number | undefined {
  const key = cellKey(sample({ face, frame: { width: 320, height: 180 } }));
  return toGrid(new Map([[key, 1]]))
    .keys()
    .next().value;
}

suite('grid cells', () => {
  test('takes the cell of the face centre', () => {
    assert.equal(cellOf({ x: 0, y: 0, width: 2, height: 2 }), 0);
    assert.equal(cellOf({ x: 20, y: 0, width: 20, height: 2 }), 3);
    assert.equal(cellOf({ x: 0, y: 15, width: 2, height: 10 }), 2 * gridColumns);
    assert.equal(cellOf({ x: 319, y: 179, width: 2, height: 2 }), gridColumns * gridRows - 1);
  });

  test('adds up minutes by cell and emotion', () => {
    const minute = (...records: SampleRecord[]) => {
      const cells = new Map<number, number>();
      for (const record of records) {
        const key = cellKey(record);
        cells.set(key, (cells.get(key) ?? 0) + 1);
      }
      return cells;
    };
    const face = { x: 0, y: 0, width: 2, height: 2 };
    const cells = addCells([
      minute(sample({ face }), sample({ face, emotion: 'sad' })),
      addCells([minute(sample({ face, emotion: 'sad' }), sample())]),
    ]);
    assert.equal(cells.total, 4);
    const grid = toGrid(cells);
    assert.deepEqual(grid.get(0), [1, 2, 0, 0, 0]);
    assert.deepEqual(toGrid(addCells([fromGrid(grid)])), grid);
  });
});
