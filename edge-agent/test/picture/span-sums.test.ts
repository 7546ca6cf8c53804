import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gridOf, sourcePlane, sumRow, sumSpans } from '../../src/picture/span-sums.ts';

const sizes = fc.record({
  width: fc.integer({ min: 1, max: 70 }),
  height: fc.integer({ min: 1, max: 40 }),
  targetWidth: fc.integer({ min: 1, max: 40 }),
  targetHeight: fc.integer({ min: 1, max: 40 }),
  offset: fc.integer({ min: 0, max: 3 }),
  seed: fc.integer(),
});

test('adds up what each span covers, at any size and wherever the memory begins', () => {
  fc.assert(
    fc.property(sizes, ({ width, height, targetWidth, targetHeight, offset, seed }) => {
      const data = new Uint8Array(width * height + offset).subarray(offset);
      data.forEach((_, index) => (data[index] = Math.imul(index + seed, 2_654_435_761) >>> 24));
      const grid = gridOf({ width, height }, { width: targetWidth, height: targetHeight });
      const plane = sourcePlane(data, width);
      const columnSums = new Int32Array(width);
      const sums = new Int32Array(targetWidth);
      for (let row = 0; row < targetHeight; row += 1) {
        const expected = Array.from({ length: targetWidth }, (_, column) => {
          let sum = 0;
          for (let y = 0; y < grid.y.length; y += 1) {
            for (let x = 0; x < grid.x.length; x += 1) {
              sum += data[(grid.y.starts[row]! + y) * width + grid.x.starts[column]! + x]!;
            }
          }
          return sum;
        });
        sumRow({ plane, grid, row, columnSums, sums });
        assert.deepEqual([...sums], expected);
        sumSpans({ plane, grid, row, columnSums, sums });
        assert.deepEqual([...sums], expected);
      }
    }),
  );
});

test('spans lie in the plane, one after the other, and are as long as a target pixel is wide', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4_000 }),
      fc.integer({ min: 1, max: 400 }),
      (from, to) => {
        const { starts, length } = gridOf({ width: from, height: 1 }, { width: to, height: 1 }).x;
        assert.equal(length, Math.max(1, Math.round(from / to)));
        starts.forEach((start, index) => {
          assert.ok(start + length <= from);
          assert.ok(index === 0 || start >= starts[index - 1]!);
          const middle = start + length / 2 - ((index + 0.5) * from) / to;
          assert.ok(Math.abs(middle) <= Math.max(1, from / to / 2));
        });
      },
    ),
  );
});

test('sums of the brightest pixels do not run into each other', () => {
  const data = new Uint8Array(8 * 250).fill(255);
  const grid = gridOf({ width: 8, height: 250 }, { width: 8, height: 1 });
  const sums = new Int32Array(8);
  const columnSums = new Int32Array(8);
  sumRow({ plane: sourcePlane(data, 8), grid, row: 0, columnSums, sums });
  assert.deepEqual([...sums], Array(8).fill(255 * 250));
});
