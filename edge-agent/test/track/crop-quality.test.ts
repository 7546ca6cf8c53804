import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame } from '../../src/ports.ts';
import { cropQuality } from '../../src/track/crop-quality.ts';

/** Stripes of that width: the wider, the fewer steps. */
function stripes(stripeWidth: number): Frame {
  const [width, height] = [320, 240];
  const data = new Uint8Array((width * height * 3) / 2).fill(128);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data[pixel] = Math.floor((pixel % width) / stripeWidth) % 2 === 0 ? 40 : 200;
  }
  return { width, height, data, capturedAtMs: 0 };
}

describe('cropQuality', () => {
  it('grows with sharpness and with size', () => {
    const box = { x: 50, y: 50, width: 80, height: 80 };
    const sharp = cropQuality({ frame: stripes(2), box });
    assert.ok(sharp > 2 * cropQuality({ frame: stripes(16), box }));
    assert.ok(
      sharp > 1.5 * cropQuality({ frame: stripes(2), box: { ...box, width: 40, height: 40 } }),
    );
  });

  it('measures boxes at the border of the frame', () => {
    const quality = cropQuality({
      frame: stripes(2),
      box: { x: 300, y: 200, width: 20, height: 40 },
    });
    assert.ok(Number.isFinite(quality) && quality > 0);
  });
});
