import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gridColumns, gridRows } from '@emotion-fleet/contracts';
import { zeroWindow } from '@emotion-fleet/observation-store';
import {
  decodeCells,
  decodeScopeWindow,
  decodeWindow,
  encodeCells,
  encodeScopeWindow,
  encodeWindow,
} from '../src/values-codec.ts';
import { scopeWindowValues, windowValues } from './arbitraries.ts';

const counts = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat(), fc.nat());
const cells = fc
  .uniqueArray(fc.tuple(fc.nat({ max: gridColumns * gridRows - 1 }), counts), {
    selector: ([cell]) => cell,
  })
  .map((entries) => new Map(entries));

test('what is encoded reads back as it was', () => {
  fc.assert(
    fc.property(windowValues, scopeWindowValues, cells, (window, scope, grid) => {
      assert.deepEqual(decodeWindow(encodeWindow(window)), window);
      assert.deepEqual(decodeScopeWindow(encodeScopeWindow(scope)), scope);
      assert.deepEqual(decodeCells(encodeCells(grid)), grid);
    }),
  );
});

test('the order of numbers is fixed: files of older versions depend on it', () => {
  const values = {
    ...{ samples: { happy: 1, sad: 2, neutral: 3, other: 4, uncertain: 5 } },
    ...{ faceTimeMs: { happy: 6, sad: 7, neutral: 8, other: 9, uncertain: 10 } },
    ...{ visits: 11, readableVisits: 12 },
    scores: {
      sum: { happy: 13, sad: 14, neutral: 15, other: 16 },
      sumOfSquares: { happy: 17, sad: 18, neutral: 19, other: 20 },
    },
    analysedMs: 21,
    frames: { seen: 22, gated: 23, analysed: 24, dropped: 25 },
    records: { stored: 26, declared: 27, rejected: 28, tooLate: 29 },
  };
  const ascending = Array.from({ length: 29 }, (_, index) => index + 1);
  assert.equal(encodeWindow(values), JSON.stringify(ascending));
});

test('a figure that an older version did not write reads as 0', () => {
  const { samples, ...rest } = zeroWindow();
  assert.deepEqual(decodeWindow('[1,2]'), { ...rest, samples: { ...samples, happy: 1, sad: 2 } });
});
