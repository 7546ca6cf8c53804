import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cropSquareOf,
  sampleBilinear,
  sampleLuma,
  type CropSquare,
} from '../../src/classify/face-crop.ts';
import type { Frame } from '../../src/ports.ts';
import { between } from '../between.ts';

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

/** A pixel of the crop as it is defined: the mean of points that lie evenly over its place in the frame. */
function meanOfPoints(plane: Frame, square: CropSquare, options: { size: number; pixel: number }) {
  const { size, pixel } = options;
  const points = Math.max(1, Math.ceil(square.side / size));
  const step = square.side / (size * points);
  const along = (index: number, point: number) =>
    (index * points + point + 0.5) * step - square.side / 2;
  const [cos, sin] = [Math.cos(square.angle), Math.sin(square.angle)];
  let sum = 0;
  for (let index = 0; index < points * points; index += 1) {
    const right = along(pixel % size, index % points);
    const down = along(Math.floor(pixel / size), Math.floor(index / points));
    const x = square.centerX - 0.5 + right * cos - down * sin;
    sum += sampleBilinear(plane, x, square.centerY - 0.5 + right * sin + down * cos);
  }
  return sum / points ** 2;
}

test('gives the mean of the points of each pixel, at any angle, within the frame and beyond its border', () => {
  // Noise: a point that is read at the wrong place has another value.
  const data = new Uint8Array(97 * 61 * 2).map(
    (_, index) => Math.imul(index, 2_654_435_761) >>> 24,
  );
  const uneven: Frame = { width: 97, height: 61, data, capturedAtMs: 0 };
  const places = fc.record({
    centerX: between(-10, 107),
    centerY: between(-10, 71),
    side: between(1, 50),
    angle: between(-4, 4),
  });
  const size = 6;
  const target = new Float32Array(size * size);
  fc.assert(
    fc.property(places, (square) => {
      // Used again, with what the last square left in it.
      sampleLuma({ plane: uneven, square, size, target });
      target.forEach((value, pixel) => {
        const expected = meanOfPoints(uneven, square, { size, pixel });
        assert.ok(Math.abs(value - expected) < 0.01, `${value}, not ${expected}`);
      });
    }),
    { numRuns: 300 },
  );
});

test('levels the eyes and puts them at the same height of the square for every roll', () => {
  fc.assert(
    fc.property(between(-1, 1), (angle) => {
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
