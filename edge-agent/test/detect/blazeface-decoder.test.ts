import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBlazeFace } from '../../src/detect/blazeface-decoder.ts';

const size = { width: 320, height: 256 };
const anchorCount = 20 * 16 * 2 + 10 * 8 * 6;

function silentOutput(): Float32Array {
  return new Float32Array(anchorCount * 17).map((_, index) => (index % 17 === 0 ? -10 : 0));
}

test('lays two anchors on each cell of stride 16, then six on each of stride 32', () => {
  for (const [anchor, center] of [
    [0, { x: 8, y: 8 }],
    [2, { x: 24, y: 8 }],
    [20 * 2 + 1, { x: 8, y: 24 }],
    [20 * 16 * 2 - 1, { x: 312, y: 248 }],
    [20 * 16 * 2, { x: 16, y: 16 }],
    [20 * 16 * 2 + 10 * 6, { x: 16, y: 48 }],
    [anchorCount - 1, { x: 304, y: 240 }],
  ] as const) {
    const output = silentOutput();
    output[anchor * 17] = 3;
    const faces = decodeBlazeFace({ output, ...size, minimumScore: 0.5 });
    assert.deepEqual(
      faces.map((face) => face.center),
      [center],
    );
  }
});

test('widens the brow-to-chin box of the one good anchor to the full face', () => {
  const output = silentOutput();
  output.set([2, 4, 10, 100, 100, -20, -15, 22, -14], 2 * 17);
  const [face, ...others] = decodeBlazeFace({ output, ...size, minimumScore: 0.5 });
  assert.deepEqual(others, []);
  assert.ok(Math.abs(face!.score - 0.8808) < 1e-4);
  assert.deepEqual(face!.center, { x: 28, y: 8 });
  assert.equal(face!.width, 91.5);
  assert.equal(face!.height, 126);
  assert.deepEqual(face!.eyes, [
    { x: 4, y: -7 },
    { x: 46, y: -6 },
  ]);
});
