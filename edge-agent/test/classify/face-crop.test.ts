import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cropSquareOf, sampleLuma } from '../../src/classify/face-crop.ts';
import type { Frame } from '../../src/ports.ts';

/** A frame whose luma grows from left to right by `slope` a pixel. */
function rampFrame(options: { width: number; height: number; slope: number }): Frame {
  const { width, height, slope } = options;
  const data = new Uint8Array(width * height * 1.5);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data[y * width + x] = x * slope;
  }
  return { width, height, data, capturedAtMs: 0 };
}

const frame = rampFrame({ width: 120, height: 80, slope: 2 });
const upright = { centerX: 60, centerY: 40, side: 32, angle: 0 };

function sample(square: typeof upright, size: number): Float32Array {
  const target = new Float32Array(size * size);
  sampleLuma({ plane: frame, square, size, target });
  return target;
}

test('copies the pixels of an upright square of the target size', () => {
  const row = sample(upright, 32).subarray(0, 32);
  row.forEach((value, column) => assert.ok(Math.abs(value - (44 + column) * 2) < 1e-4));
});

test('turns the picture back by the angle of the eyes', () => {
  const turned = sample({ ...upright, angle: Math.PI / 2 }, 32);
  // The frame grows to the right; in a crop turned by a quarter that is upwards.
  assert.ok(turned[0]! > turned[31 * 32]!);
  assert.ok(Math.abs(turned[0]! - turned[31]!) < 1e-3);
});

test('keeps the mean of a large face however much it is reduced', () => {
  for (const size of [4, 8, 16]) {
    const pixels = sample({ ...upright, side: 64 }, size);
    const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
    assert.ok(Math.abs(mean - 119) < 0.5, `${mean}`);
  }
});

test('stays within the values of the frame, also beyond its border', () => {
  const square = fc.record({
    centerX: fc.double({ min: -50, max: 200, noNaN: true }),
    centerY: fc.double({ min: -50, max: 200, noNaN: true }),
    side: fc.double({ min: 1, max: 200, noNaN: true }),
    angle: fc.double({ min: -3, max: 3, noNaN: true }),
  });
  fc.assert(
    fc.property(square, (place) => {
      assert.ok(sample(place, 8).every((value) => value >= 0 && value <= 239));
    }),
    { numRuns: 50 },
  );
});

test('levels the eyes and puts them at the same height of the square for every roll', () => {
  const roll = fc.double({ min: -1, max: 1, noNaN: true });
  fc.assert(
    fc.property(roll, (angle) => {
      const across = { x: 20 * Math.cos(angle), y: 20 * Math.sin(angle) };
      const eyes = [
        { x: 300 - across.x, y: 200 - across.y },
        { x: 300 + across.x, y: 200 + across.y },
      ] as const;
      const box = { x: 250, y: 150, width: 90, height: 120 };
      const square = cropSquareOf({ box, score: 1, eyes });
      assert.ok(Math.abs(square.angle - angle) < 1e-9);
      const distance = Math.hypot(square.centerX - 300, square.centerY - 200);
      assert.ok(Math.abs(distance - 0.11 * square.side) < 1e-9);
    }),
  );
});

test('stays upright on the box where the eyes are unknown', () => {
  const square = cropSquareOf({ box: { x: 10, y: 20, width: 80, height: 100 }, score: 1 });
  assert.deepEqual(
    { ...square, centerY: Math.round(square.centerY) },
    {
      centerX: 50,
      centerY: 72,
      side: 92,
      angle: 0,
    },
  );
});
