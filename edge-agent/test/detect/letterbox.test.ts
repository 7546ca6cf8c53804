import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Letterbox } from '../../src/detect/letterbox.ts';
import type { ModelInput } from '../../src/inference/model-session.ts';
import type { Frame } from '../../src/ports.ts';

const rgb = { width: 320, height: 256, channels: 'rgb', scale: 1 / 127.5, offset: -1 } as const;

function plainFrame(options: {
  width: number;
  height: number;
  yuv: readonly [number, number, number];
}): Frame {
  const { width, height, yuv } = options;
  const chromaSize = ((width + 1) >> 1) * ((height + 1) >> 1);
  const data = new Uint8Array(width * height + 2 * chromaSize);
  data.fill(yuv[0], 0, width * height);
  data.fill(yuv[1], width * height, width * height + chromaSize);
  data.fill(yuv[2], width * height + chromaSize);
  return { width, height, data, capturedAtMs: 0 };
}

function channelsAt({ data, shape }: ModelInput, options: { x: number; y: number }): number[] {
  const [, , height = 0, width = 0] = shape;
  const start = options.y * width + options.x;
  return [0, 1, 2].map((channel) => data[channel * width * height + start]!);
}

test('maps a point of the frame into the network and back to itself', () => {
  const sizes = fc.record({
    width: fc.integer({ min: 16, max: 1920 }),
    height: fc.integer({ min: 16, max: 1080 }),
    shareX: fc.double({ min: 0, max: 1, noNaN: true }),
    shareY: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(sizes, ({ width, height, shareX, shareY }) => {
      const letterbox = new Letterbox(rgb);
      letterbox.fill(plainFrame({ width, height, yuv: [128, 128, 128] }));
      const scale = Math.min(rgb.width / width, rgb.height / height);
      const origin = letterbox.toFrame({ x: 0, y: 0 });
      const point = { x: width * shareX, y: height * shareY };
      const inNetwork = { x: (point.x - origin.x) * scale, y: (point.y - origin.y) * scale };
      const back = letterbox.toFrame(inNetwork);
      assert.ok(Math.abs(back.x - point.x) < 1e-6 && Math.abs(back.y - point.y) < 1e-6);
      assert.ok(inNetwork.x > -1 && inNetwork.x < rgb.width + 1);
      assert.ok(inNetwork.y > -1 && inNetwork.y < rgb.height + 1);
    }),
    { numRuns: 30 },
  );
});

test('turns limited-range yuv into the network range and leaves the border black', () => {
  const frame = plainFrame({ width: 640, height: 480, yuv: [235, 128, 128] });
  const input = new Letterbox(rgb).fill(frame);
  assert.deepEqual(input.shape, [1, 3, 256, 320]);
  for (const value of channelsAt(input, { x: 160, y: 128 })) assert.ok(Math.abs(value - 1) < 0.01);
  assert.deepEqual(channelsAt(input, { x: 160, y: 0 }), [-1, -1, -1]);
  assert.deepEqual(channelsAt(input, { x: 160, y: 255 }), [-1, -1, -1]);
});

test('puts the channels in the order that the network wants', () => {
  const red = plainFrame({ width: 320, height: 256, yuv: [81, 90, 240] });
  const expected = [254, 0, 0];
  for (const channels of ['rgb', 'bgr'] as const) {
    const letterbox = new Letterbox({ ...rgb, channels, scale: 1, offset: 0 });
    const pixel = channelsAt(letterbox.fill(red), { x: 10, y: 10 });
    const inOrder = channels === 'rgb' ? pixel : pixel.toReversed();
    inOrder.forEach((value, index) => assert.ok(Math.abs(value - expected[index]!) < 3));
  }
});

test('averages all pixels that a target pixel covers', () => {
  const frame = plainFrame({ width: 640, height: 512, yuv: [16, 128, 128] });
  const stripes = {
    ...frame,
    data: frame.data.map((value, index) => (index < 640 * 512 && index % 2 === 0 ? 235 : value)),
  };
  const input = new Letterbox(rgb).fill(stripes);
  for (const value of channelsAt(input, { x: 100, y: 100 })) assert.ok(Math.abs(value) < 0.01);
});

test('clears the old border when the size of the frames changes', () => {
  const letterbox = new Letterbox(rgb);
  letterbox.fill(plainFrame({ width: 320, height: 256, yuv: [235, 128, 128] }));
  const input = letterbox.fill(plainFrame({ width: 640, height: 320, yuv: [235, 128, 128] }));
  assert.deepEqual(channelsAt(input, { x: 160, y: 10 }), [-1, -1, -1]);
});

test('leaves border out where the network takes other sizes, and puts the picture in the middle', () => {
  const letterbox = new Letterbox({ ...rgb, sizeStep: 32 });
  for (const [width, height, shape] of [
    [1280, 720, [1, 3, 192, 320]],
    [640, 480, [1, 3, 256, 320]],
    [480, 640, [1, 3, 256, 192]],
    [64, 64, [1, 3, 256, 256]],
    [4000, 10, [1, 3, 32, 320]],
  ] as const) {
    const input = letterbox.fill(plainFrame({ width, height, yuv: [235, 128, 128] }));
    assert.deepEqual(input.shape, shape);
    assert.equal(input.data.length, shape[1] * shape[2] * shape[3]);
    const origin = letterbox.toFrame({ x: shape[3] / 2, y: shape[2] / 2 });
    const pixel = width / Math.min(width, 320);
    assert.ok(Math.abs(origin.x - width / 2) <= pixel && Math.abs(origin.y - height / 2) <= pixel);
    const middle = channelsAt(input, { x: (shape[3] - 1) >> 1, y: (shape[2] - 1) >> 1 });
    for (const value of middle) assert.ok(Math.abs(value - 1) < 0.01);
  }
});

test('never makes the input larger than the network was asked to take', () => {
  const sides = fc.record({
    width: fc.integer({ min: 1, max: 4_000 }),
    height: fc.integer({ min: 1, max: 4_000 }),
  });
  fc.assert(
    fc.property(sides, ({ width, height }) => {
      const frame = { width, height, data: new Uint8Array(width * height * 2), capturedAtMs: 0 };
      const input = new Letterbox({ ...rgb, sizeStep: 32 }).fill(frame);
      const [, , rows = 0, columns = 0] = input.shape;
      assert.ok(rows >= 32 && rows <= 256 && rows % 32 === 0);
      assert.ok(columns >= 32 && columns <= 320 && columns % 32 === 0);
      assert.ok(rows === 256 || columns === 320);
    }),
    { numRuns: 30 },
  );
});

test('takes frames of odd size', () => {
  const letterbox = new Letterbox(rgb);
  const { data } = letterbox.fill(plainFrame({ width: 333, height: 251, yuv: [235, 128, 128] }));
  assert.ok(data.every((value) => Number.isFinite(value)));
});

/** The luma of a target pixel by its definition: the mean of the source pixels that it stands for. */
function meanLuma(frame: Frame, scaled: { width: number; height: number }, x: number, y: number) {
  const span = (source: number, target: number, index: number) => {
    const step = source / target;
    const length = Math.round(step);
    const middle = (index + 0.5) * step;
    const start = Math.min(source - length, Math.max(0, Math.round(middle - length / 2)));
    return { start, end: start + length };
  };
  const columns = span(frame.width, scaled.width, x);
  const rows = span(frame.height, scaled.height, y);
  let sum = 0;
  for (let row = rows.start; row < rows.end; row += 1) {
    for (let column = columns.start; column < columns.end; column += 1) {
      sum += frame.data[row * frame.width + column]!;
    }
  }
  return sum / ((columns.end - columns.start) * (rows.end - rows.start));
}

for (const [width, height] of [
  [320, 240],
  [640, 480],
  [1280, 720],
  [500, 375],
  [1023, 767],
] as const) {
  test(`gives each pixel the mean of what it covers at ${width} x ${height}`, () => {
    const frame = plainFrame({ width, height, yuv: [16, 128, 128] });
    for (let index = 0; index < width * height; index += 1) {
      frame.data[index] = 16 + ((index * 7 + (index >> 5)) % 200);
    }
    const letterbox = new Letterbox({ ...rgb, scale: 1, offset: 0 });
    const input = letterbox.fill(frame);
    const scaled = { width: 320, height: Math.round((height * 320) / width) };
    const top = (rgb.height - scaled.height) >> 1;
    for (const [x, y] of [
      [0, 0],
      [17, 5],
      [160, 100],
      [319, scaled.height - 1],
    ] as const) {
      const [red, green] = channelsAt(input, { x, y: top + y });
      const expected = 1.164384 * (meanLuma(frame, scaled, x, y) - 16);
      assert.ok(Math.abs(red! - expected) < 0.01 && Math.abs(green! - expected) < 0.01);
    }
  });
}

test('fills the same tensor again and again, in memory that a thread can read', () => {
  const letterbox = new Letterbox(rgb);
  const { buffer } = letterbox.fill(
    plainFrame({ width: 640, height: 480, yuv: [235, 128, 128] }),
  ).data;
  const { data } = letterbox.fill(plainFrame({ width: 320, height: 240, yuv: [235, 128, 128] }));
  assert.equal(data.buffer, buffer);
  assert.ok(buffer instanceof SharedArrayBuffer);
});
