import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  samePadding,
  toNchwPadding,
  toOnnxDepthwiseFilter,
  toOnnxFilter,
} from '../../models/tensor-layout.ts';

test('pads so that the last window ends at the last padded pixel or before it', () => {
  const axis = fc.record({
    size: fc.integer({ min: 1, max: 640 }),
    kernel: fc.integer({ min: 1, max: 7 }),
    stride: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(axis, ({ size, kernel, stride }) => {
      const { before, after, outputSize } = samePadding({ size, kernel, stride, isSame: true });
      assert.equal(outputSize, Math.ceil(size / stride));
      assert.ok(after === before || after === before + 1);
      assert.ok((outputSize - 1) * stride + kernel <= size + before + after);
    }),
  );
});

test('moves the output channel of a filter to the front', () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const filter = toOnnxFilter({ shape: [1, 3, 1, 2], data });
  assert.deepEqual(filter.shape, [2, 1, 1, 3]);
  assert.deepEqual([...filter.data], [1, 3, 5, 2, 4, 6]);
});

test('gives a depthwise filter one group for each channel', () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const filter = toOnnxDepthwiseFilter({ shape: [1, 2, 2, 1], data });
  assert.deepEqual(filter.shape, [2, 1, 1, 2]);
  assert.deepEqual([...filter.data], [1, 3, 2, 4]);
});

test('orders paddings by channels first, all beginnings before all ends', () => {
  assert.deepEqual(toNchwPadding([0, 0, 1, 2, 3, 4, 0, 9]), [0, 0, 1, 3, 0, 9, 2, 4]);
});
