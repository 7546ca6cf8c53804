import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blazeFaceAnchors, decodeBlazeFace } from '../../src/detect/blazeface-decoder.ts';

const anchors = blazeFaceAnchors({ width: 320, height: 256 });

test('lays two anchors on each cell of stride 16, then six on each of stride 32', () => {
  assert.equal(anchors.length, 20 * 16 * 2 + 10 * 8 * 6);
  assert.deepEqual(anchors[0], { x: 8, y: 8 });
  assert.deepEqual(anchors[2], { x: 24, y: 8 });
  assert.deepEqual(anchors[20 * 16 * 2], { x: 16, y: 16 });
  assert.deepEqual(anchors.at(-1), { x: 304, y: 240 });
});

test('widens the brow-to-chin box of the one good anchor to the full face', () => {
  const output = new Float32Array(anchors.length * 17);
  for (let index = 0; index < anchors.length; index += 1) output[index * 17] = -10;
  output.set([2, 4, 10, 100, 100, -20, -15, 22, -14], 2 * 17);
  const [face, ...others] = decodeBlazeFace({ output, anchors, minimumScore: 0.5 });
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
