import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalizeContrast } from '../../src/classify/contrast-stretch.ts';

const histogram = new Uint32Array(256);

function normalized(luma: ArrayLike<number>): Float32Array {
  const pixels = Float32Array.from(luma);
  normalizeContrast(pixels, histogram);
  return pixels;
}

test('maps black and white of limited-range luma to -1 and 1', () => {
  const pixels = normalized([...Array<number>(50).fill(16), ...Array<number>(50).fill(235)]);
  assert.equal(pixels[0], -1);
  assert.equal(pixels[99], 1);
});

test('gives a dark picture the contrast of a bright one', () => {
  const bright = Array.from({ length: 100 }, (_, index) => 40 + index);
  const dark = bright.map((value) => 16 + (value - 16) * 0.4);
  const [first, second] = [normalized(bright), normalized(dark)];
  first.forEach((value, index) => assert.ok(Math.abs(value - second[index]!) < 0.05));
});

test('does not blow the noise of a flat crop up', () => {
  const pixels = normalized(Array.from({ length: 100 }, (_, index) => 100 + (index % 2) * 0.1));
  assert.ok(Math.abs(pixels[0]! - pixels[1]!) < 0.1);
});

test('stays in the range of the network and keeps the order of brightness', () => {
  const luma = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 200 });
  fc.assert(
    fc.property(luma, (values) => {
      const sorted = values.toSorted((a, b) => a - b);
      const pixels = normalized(sorted);
      pixels.forEach((value, index) => {
        assert.ok(value >= -1 && value <= 1);
        assert.ok(index === 0 || value >= pixels[index - 1]!);
      });
    }),
  );
});
