import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toFrameDetection } from '../../src/detect/detection-geometry.ts';
import { Letterbox } from '../../src/detect/letterbox.ts';

const frame = { width: 640, height: 360, data: new Uint8Array(640 * 360 * 1.5), capturedAtMs: 0 };
const letterbox = new Letterbox({ width: 320, height: 256, channels: 'rgb', scale: 1, offset: 0 });
letterbox.fill(frame);

test('puts the left eye of the picture first, whatever the network calls it', () => {
  const face = { center: { x: 100, y: 100 }, width: 40, height: 50, score: 0.9 };
  const eyes = [
    { x: 110, y: 95 },
    { x: 90, y: 95 },
  ] as const;
  const detection = toFrameDetection({ face: { ...face, eyes }, letterbox, frame })!;
  assert.deepEqual(
    detection.eyes!.map(({ x }) => x),
    [180, 220],
  );
  assert.deepEqual(detection.box, { x: 160, y: 74, width: 80, height: 100 });
});

test('cuts every box at the border of the frame or drops it', () => {
  const coordinate = fc.double({ min: -200, max: 500, noNaN: true });
  const length = fc.double({ min: 1, max: 400, noNaN: true });
  fc.assert(
    fc.property(coordinate, coordinate, length, length, (x, y, width, height) => {
      const point = { x, y };
      const face = { center: point, width, height, score: 0.9, eyes: [point, point] as const };
      const box = toFrameDetection({ face, letterbox, frame })?.box;
      if (box === undefined) return;
      assert.ok(box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0);
      assert.ok(box.x + box.width <= 640 + 1e-9 && box.y + box.height <= 360 + 1e-9);
    }),
  );
});
