import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillFromRgb, photoFromRgb } from '../../src/capture/photo.ts';

/** One colour, or one for each pixel. */
function rgbOf(pixels: readonly (readonly [number, number, number])[]): Uint8Array {
  return Uint8Array.from(pixels.flat());
}

const [black, white] = [
  [0, 0, 0],
  [255, 255, 255],
] as const;
const [red, green, blue] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
] as const;

describe('fillFromRgb', () => {
  it('gives the values of BT.601 in its limited range', () => {
    for (const [color, expected] of [
      [black, [16, 128, 128]],
      [white, [235, 128, 128]],
      [red, [81, 90, 240]],
      [green, [145, 54, 34]],
      [blue, [41, 240, 110]],
    ] as const) {
      const target = new Uint8Array(6);
      fillFromRgb(target, { rgb: rgbOf([color, color, color, color]), width: 2, height: 2 });
      const [y, u, v] = expected;
      assert.deepEqual([...target], [y, y, y, y, u, v]);
    }
  });

  it('puts each colour where it belongs, the mean of four pixels', () => {
    const target = new Uint8Array(4 * 2 + 2 * 2);
    const rgb = rgbOf([red, red, black, white, red, red, white, black]);
    fillFromRgb(target, { rgb, width: 4, height: 2 });
    assert.deepEqual([...target], [81, 81, 16, 235, 81, 81, 235, 16, 90, 128, 240, 128]);
  });
});

describe('photoFromRgb', () => {
  it('halves each level, and leaves out an odd row and column', () => {
    const rgb = rgbOf(Array.from({ length: 5 * 7 }, () => green));
    const sizes = photoFromRgb({ rgb, width: 5, height: 7 }).levels.map(({ y, u, v }) =>
      [y, u, v].map(({ width, height, data }) => [width, height, data.length, data[0]]),
    );
    assert.deepEqual(sizes[0], [
      [5, 7, 35, 145],
      [2, 3, 6, 54],
      [2, 3, 6, 34],
    ]);
    assert.deepEqual(sizes[1]![0], [2, 3, 6, 145]);
  });
});
