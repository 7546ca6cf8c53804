import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignFace, sampleRgb, type Alignment } from '../../src/classify/aligned-crop.ts';
import type { Point } from '../../src/ports.ts';

const places = {
  size: 112,
  eyes: [
    { x: 38, y: 52 },
    { x: 74, y: 51 },
  ],
} as const;
const box = { x: 40, y: 20, width: 100, height: 120 };

function placeOf({ origin, step }: Alignment, { x, y }: Point): Point {
  return { x: origin.x + x * step.x - y * step.y, y: origin.y + x * step.y + y * step.x };
}

test('puts both eyes where the network knows them, whatever the roll and the size', () => {
  const point = fc.record({
    x: fc.double({ min: -500, max: 2_000, noNaN: true }),
    y: fc.double({ min: -500, max: 2_000, noNaN: true }),
  });
  fc.assert(
    fc.property(point, point, (left, right) => {
      const alignment = alignFace({ box, score: 1, eyes: [left, right] }, places);
      for (const [place, eye] of [
        [places.eyes[0], left],
        [places.eyes[1], right],
      ] as const) {
        const seen = placeOf(alignment, place);
        assert.ok(Math.hypot(seen.x - eye.x, seen.y - eye.y) < 1e-6);
      }
    }),
  );
});

test('takes the upright face where the eyes are unknown', () => {
  const alignment = alignFace({ box, score: 1 }, places);
  assert.equal(alignment.step.y, 0);
  const first = placeOf(alignment, { x: 0, y: 0 });
  const last = placeOf(alignment, { x: 111, y: 111 });
  assert.ok(Math.abs((first.x + last.x) / 2 - 90) < 1e-9);
  assert.ok(first.y > 20 && last.y < 140);
});

test('reads the pixel that the alignment names, in colour', () => {
  const [width, height] = [4, 4];
  const data = new Uint8Array(24).fill(128);
  data.fill(16, 0, 16);
  data[2 * width + 1] = 235;
  const frame = { width, height, data, capturedAtMs: 0 };
  const alignment = { origin: { x: 0.5, y: 0.5 }, step: { x: 1, y: 0 } };
  const pixels = [...sampleRgb({ frame, alignment, size: 4 })].map(Math.round);
  for (let channel = 0; channel < 3; channel += 1) {
    const plane = pixels.slice(channel * 16, channel * 16 + 16);
    assert.deepEqual([plane.indexOf(255), plane.filter((value) => value > 0).length], [9, 1]);
  }
});
