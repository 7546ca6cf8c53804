import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Letterbox } from '../../src/detect/letterbox.ts';
import type { ModelInput } from '../../src/inference/model-session.ts';
import type { Frame } from '../../src/ports.ts';
import { between } from '../between.ts';

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
    shareX: between(0, 1),
    shareY: between(0, 1),
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

interface Plane {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A target pixel of a plane by its definition: the mean of the source pixels that it stands for. */
function meanOf(plane: Plane, scaled: { width: number; height: number }, x: number, y: number) {
  const span = (source: number, target: number, index: number) => {
    const step = source / target;
    const length = Math.max(1, Math.round(step));
    const start = Math.round(index * step + (step - length) / 2);
    const inside = Math.min(source - length, Math.max(0, start));
    return { start: inside, end: inside + length };
  };
  const columns = span(plane.width, scaled.width, x);
  const rows = span(plane.height, scaled.height, y);
  let sum = 0;
  for (let row = rows.start; row < rows.end; row += 1) {
    for (let column = columns.start; column < columns.end; column += 1) {
      sum += plane.data[row * plane.width + column]!;
    }
  }
  return sum / ((columns.end - columns.start) * (rows.end - rows.start));
}

/** Noise, in memory that begins where it happens to. */
function noisyFrame(options: { width: number; height: number; byteOffset: number }): Frame {
  const { width, height, byteOffset } = options;
  const chromaSize = Math.ceil(width / 2) * Math.ceil(height / 2);
  const data = new Uint8Array(byteOffset + width * height + 2 * chromaSize).subarray(byteOffset);
  data.forEach((_, index) => (data[index] = Math.imul(index + width, 2_654_435_761) >>> 24));
  return { width, height, data, capturedAtMs: 0 };
}

/** What the network's input is by its definition: red, green and blue of each pixel, or the border. */
function expectedInput(frame: Frame, largest: { width: number; height: number }): number[][] {
  const scale = Math.min(largest.width / frame.width, largest.height / frame.height);
  const [width, height] = [frame.width, frame.height].map((side) => {
    return Math.max(1, Math.round(side * scale));
  }) as [number, number];
  const input = { width: Math.ceil(width / 32) * 32, height: Math.ceil(height / 32) * 32 };
  const left = Math.floor((input.width - width) / 2);
  const top = Math.floor((input.height - height) / 2);
  const chroma = { width: Math.ceil(frame.width / 2), height: Math.ceil(frame.height / 2) };
  const uStart = frame.width * frame.height;
  const vStart = uStart + chroma.width * chroma.height;
  return Array.from({ length: input.width * input.height }, (_, index) => {
    const x = (index % input.width) - left;
    const y = Math.floor(index / input.width) - top;
    if (x < 0 || x >= width || y < 0 || y >= height) return [-1, -1, -1];
    const meanFrom = (start: number, size: { width: number; height: number }) =>
      meanOf({ data: frame.data.subarray(start), ...size }, { width, height }, x, y);
    const light = 1.164384 * (meanFrom(0, frame) - 16);
    const [blueness, redness] = [meanFrom(uStart, chroma) - 128, meanFrom(vStart, chroma) - 128];
    return [
      light + 1.596027 * redness,
      light - 0.391762 * blueness - 0.812968 * redness,
      light + 2.017232 * blueness,
    ].map((value) => Math.min(255, Math.max(0, value)) / 127.5 - 1);
  });
}

test('gives each pixel what its definition says, for pictures of any size one after the other', () => {
  const largest = { width: 64, height: 32 };
  const letterbox = new Letterbox({ ...rgb, ...largest, sizeStep: 32 });
  const side = fc.integer({ min: 1, max: 140 });
  const sides = fc.array(fc.record({ width: side, height: side }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(sides, fc.nat({ max: 3 }), (pictures, byteOffset) => {
      const [first] = pictures;
      // A picture of the same width and another height is another size, too.
      const others = pictures.map(({ height }) => ({ width: first!.width, height }));
      for (const size of [...pictures, ...others]) {
        const frame = noisyFrame({ ...size, byteOffset });
        const input = letterbox.fill(frame);
        const columns = input.shape[3]!;
        const expected = expectedInput(frame, largest);
        assert.equal(input.data.length, 3 * expected.length);
        expected.forEach((colours, index) => {
          const place = { x: index % columns, y: Math.floor(index / columns) };
          const actual = channelsAt(input, place);
          assert.ok(colours.every((colour, channel) => Math.abs(colour - actual[channel]!) < 1e-4));
        });
      }
    }),
    { numRuns: 40 },
  );
});

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
      const expected = 1.164384 * (meanOf(frame, scaled, x, y) - 16);
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
