import { seededUnit } from '../src/capture/seeded-random.ts';
import type { Box, Frame } from '../src/ports.ts';

export interface PaintedBox extends Box {
  readonly luma: number;
}

const background = makeBackground(640, 480);
const noise = Int8Array.from({ length: 8_192 }, (_, step) => {
  const draw = (index: number) => seededUnit({ seed: 9, step: step * 4 + index }) - 0.5;
  // Standard deviation 2 levels, as of a small sensor in a lit room.
  return Math.round((draw(0) + draw(1) + draw(2) + draw(3)) * 3.5);
});

/** A 640 x 480 picture with a textured background, plain boxes and sensor noise that the seed chooses. */
export function paintedFrame(options: {
  boxes?: readonly PaintedBox[];
  brightness?: number;
  seed: number;
  capturedAtMs: number;
}): Frame {
  const { boxes = [], brightness = 0, seed, capturedAtMs } = options;
  const [width, height] = [640, 480];
  const data = new Uint8Array((width * height * 3) / 2).fill(128);
  for (let pixel = 0; pixel < width * height; pixel += 1)
    data[pixel] = background[pixel]! + brightness;
  for (const box of boxes) {
    for (let y = box.y; y < box.y + box.height; y += 1) {
      data.fill(box.luma, y * width + box.x, y * width + box.x + box.width);
    }
  }
  const offset = Math.floor(seededUnit({ seed, step: 0 }) * noise.length);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data[pixel] = data[pixel]! + noise[(offset + pixel) & (noise.length - 1)]!;
  }
  return { width, height, data, capturedAtMs };
}

function makeBackground(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const column = Math.floor((pixel % width) / 32);
    const row = Math.floor(pixel / width / 32);
    // Far enough from black and white for the noise and any change of brightness.
    return 40 + 160 * seededUnit({ seed: 1, step: row * 20 + column });
  });
}
