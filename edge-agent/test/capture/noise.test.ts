import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { photoPath, readPhoto } from '../../src/capture/photo.ts';
import { photoNames } from '../../src/capture/photo-names.ts';
import { VirtualPainter } from '../../src/capture/virtual-frame-source.ts';
import { isNoise } from '../../src/capture/noise.ts';

const size = { width: 320, height: 240 };

test('random bytes are no picture, in any size', () => {
  for (const width of [64, 640, 1_280]) {
    assert.ok(isNoise({ data: randomBytes((width * 48 * 3) / 2), width, height: 48 }));
  }
});

test('photographs, stripes and darkness are pictures', async () => {
  for (const name of photoNames) {
    const photo = await readPhoto(photoPath(name));
    const data = new VirtualPainter({ photo, seed: 1, ...size }).paint(0);
    assert.ok(!isNoise({ data, ...size }), name);
  }
  const stripes = Uint8Array.from({ length: 320 * 360 }, (_, at) => ((at >> 2) % 2) * 219 + 16);
  assert.ok(!isNoise({ data: stripes, ...size }));
  assert.ok(!isNoise({ data: new Uint8Array(320 * 360), ...size }));
});
