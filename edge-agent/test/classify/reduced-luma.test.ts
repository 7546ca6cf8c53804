import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleLuma, type CropSquare, type Plane } from '../../src/classify/face-crop.ts';
import { reduceLuma } from '../../src/classify/reduced-luma.ts';
import type { Frame } from '../../src/ports.ts';
import { between } from '../between.ts';

const size = 16;

/** Waves that are far longer than a pixel of any crop here. */
function wavyFrame(width: number, height: number): Frame {
  const data = new Uint8Array(width * height * 2);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      data[y * width + x] = Math.round(128 + 50 * Math.sin(x / 93) + 50 * Math.cos(y / 129));
    }
  }
  return { width, height, data, capturedAtMs: 0 };
}

const frame = wavyFrame(640, 480);

function crop(plane: Plane, square: CropSquare): Float32Array {
  const target = new Float32Array(size * size);
  sampleLuma({ plane, square, size, target });
  return target;
}

const squareAt = { centerX: 320, centerY: 240, side: 200, angle: 0.3 };

test('leaves the frame as it is where its pixels are few for a crop', () => {
  for (const side of [1, 20, size * 4 - 1]) {
    const squares = [squareAt, { ...squareAt, side }];
    const reduced = reduceLuma({ frame, squares, size });
    assert.equal(reduced.plane, frame);
    assert.equal(reduced.squares, squares);
  }
});

test('gives the crops that the frame gives, from a plane that is no larger than it must be', () => {
  const places = fc.record({
    centerX: between(-50, 690),
    centerY: between(-50, 530),
    side: between(size * 4, 400),
    angle: between(-1, 1),
  });
  // Of a width whose rows don't begin at whole words, too.
  const frames = [frame, wavyFrame(637, 479)];
  fc.assert(
    fc.property(places, fc.nat({ max: 1 }), (square, which) => {
      const picture = frames[which]!;
      const other = { ...square, side: square.side * 1.1 };
      const reduced = reduceLuma({ frame: picture, squares: [square, other], size });
      for (const [index, whole] of [square, other].entries()) {
        const expected = crop(picture, whole);
        const actual = crop(reduced.plane, reduced.squares[index]!);
        const differences = expected.map((value, pixel) => Math.abs(value - actual[pixel]!));
        assert.ok(Math.max(...differences) < 6, `${Math.max(...differences)}`);
      }
      assert.ok(reduced.plane.width <= picture.width && reduced.plane.height <= picture.height);
    }),
    { numRuns: 60 },
  );
});

test('is smaller by the factor that leaves two pixels for each of the crop', () => {
  for (const factor of [2, 4]) {
    const upright = { ...squareAt, side: size * 2 * factor, angle: 0 };
    const { plane, squares } = reduceLuma({ frame, squares: [upright], size });
    assert.equal(squares[0]!.side, upright.side / factor);
    // With a pixel more on each side, so that no point of the crop lies at the border of the plane.
    assert.ok(plane.width >= size * 2 + 2 && plane.width <= size * 2 + 5);
  }
});

test('each of its pixels is the mean of those that it stands for', () => {
  const noise = { ...frame, data: new Uint8Array(640 * 480 * 2) };
  noise.data.forEach((_, index) => (noise.data[index] = Math.imul(index, 2_654_435_761) >>> 24));
  const factor = 3;
  const { plane, squares } = reduceLuma({
    frame: noise,
    squares: [{ ...squareAt, side: size * 2 * factor }],
    size,
  });
  const left = squareAt.centerX - squares[0]!.centerX * factor;
  const top = squareAt.centerY - squares[0]!.centerY * factor;
  for (let index = 0; index < plane.width * plane.height; index += 1) {
    const x = left + (index % plane.width) * factor;
    const y = top + Math.floor(index / plane.width) * factor;
    let sum = 0;
    for (let pixel = 0; pixel < factor * factor; pixel += 1) {
      const row = y + Math.floor(pixel / factor);
      sum += noise.data[Math.round(row * 640 + x + (pixel % factor))]!;
    }
    assert.ok(Math.abs(plane.data[index]! - sum / factor ** 2) < 0.501);
  }
});

test('a square beyond the frame, or far larger than it, is sampled from the frame', () => {
  const away = { ...squareAt, centerX: 5_000 };
  assert.equal(reduceLuma({ frame, squares: [away], size }).plane, frame);
  const low = wavyFrame(640, 5);
  assert.equal(reduceLuma({ frame: low, squares: [squareAt], size }).plane, low);
});
