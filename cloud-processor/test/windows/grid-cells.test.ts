import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gridColumns, gridRows, type SampleRecord } from '@emotion-fleet/contracts';
import { addToCells, cellKey, gridTotal, sumCells } from '../../src/windows/grid-cells.ts';
import { sample } from '../support/records.ts';

function cellOf(face: SampleRecord['face']): number | undefined {
  const cells = new Map<number, number>();
  addToCells(cells, cellKey(sample({ face, frame: { width: 320, height: 180 } })), 1);
  return sumCells([cells]).keys().next().value;
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
      for (const record of records) addToCells(cells, cellKey(record), 1);
      return cells;
    };
    const face = { x: 0, y: 0, width: 2, height: 2 };
    const grid = sumCells([
      minute(sample({ face }), sample({ face, emotion: 'sad' })),
      minute(sample({ face, emotion: 'sad' }), sample()),
    ]);
    assert.deepEqual(grid.get(0), [1, 2, 0, 0, 0]);
    assert.equal(gridTotal(grid), 4);
  });
});
