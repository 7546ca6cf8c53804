import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { photoFromRgb } from '../../src/capture/photo.ts';
import { VirtualFrameSource, VirtualPainter } from '../../src/capture/virtual-frame-source.ts';
import { virtualView } from '../../src/capture/virtual-view.ts';
import { describeFrameSource } from '../contracts/frame-source.ts';
import { until } from '../until.ts';

const width = 64;
const height = 48;

/** Red grows to the right, blue downwards. */
function gradient() {
  const size = { width: 320, height: 256 };
  const rgb = new Uint8Array(size.width * size.height * 3);
  for (let pixel = 0; pixel < size.width * size.height; pixel += 1) {
    rgb[pixel * 3] = ((pixel % size.width) * 255) / size.width;
    rgb[pixel * 3 + 2] = (Math.floor(pixel / size.width) * 255) / size.height;
  }
  return photoFromRgb({ rgb, ...size });
}

describe('VirtualPainter', () => {
  const photo = gradient();

  it('shows what the view says, in luma and in colour', () => {
    const painter = new VirtualPainter({ photo, seed: 7, width, height });
    for (const timeMs of [0, 3_000, 8_000, 21_000]) {
      const picture = painter.paint(timeMs);
      const view = virtualView({ photo, aspectRatio: width / height, seed: 7, timeMs });
      const red = (255 * (view.x + view.width / 2)) / photo.width;
      const blue = (255 * (view.y + view.height / 2)) / photo.height;
      const middle = (from: number, columns: number, rows: number) =>
        picture[from + (rows / 2) * columns + columns / 2]!;
      assert.ok(Math.abs(middle(0, width, height) - (16 + 0.257 * red + 0.098 * blue)) < 8);
      const v = middle(width * height * 1.25, width / 2, height / 2);
      assert.ok(Math.abs(v - (128 + 0.439 * red - 0.071 * blue)) < 8);
    }
  });

  it('paints the same picture for the same seed and time, with the noise of a sensor', () => {
    const [one, other] = [1, 1].map((seed) => new VirtualPainter({ photo, seed, width, height }));
    assert.deepEqual(one!.paint(8_900).slice(), other!.paint(8_900).slice());
    // At rest the view is the same; the noise is not.
    assert.notDeepEqual(one!.paint(8_900).slice(), one!.paint(8_950).slice());
  });

  it('is nearly black while it is covered, and only then', () => {
    const covered = { fromMs: 1_000, toMs: 2_000 };
    const painter = new VirtualPainter({ photo, seed: 1, width, height, covered });
    const brightest = (timeMs: number) =>
      Math.max(...painter.paint(timeMs).subarray(0, width * height));
    assert.ok(brightest(999) > 40);
    assert.ok(brightest(1_000) < 30);
    assert.ok(brightest(1_999) < 30);
    assert.ok(brightest(2_000) > 40);
  });
});

describeFrameSource('VirtualFrameSource', async () => ({
  source: new VirtualFrameSource({ photo: 'sample1', seed: 1, framesPerSecond: 50, width, height }),
}));

describe('VirtualFrameSource', () => {
  it('gives frames of a photograph at its rate until it stops', async () => {
    const source = new VirtualFrameSource({
      photo: 'sample1',
      seed: 1,
      framesPerSecond: 50,
      width,
      height,
    });
    const times: number[] = [];
    const onFrame = (frame: { capturedAtMs: number; data: Uint8Array }) => {
      assert.equal(frame.data.length, (width * height * 3) / 2);
      times.push(frame.capturedAtMs);
    };
    await source.start({ onFrame, onState: () => undefined });
    await until(() => times.length >= 10);
    await source.stop();
    assert.ok((times[9]! - times[0]!) / 9 >= 15, 'not faster than asked');
  });
});
