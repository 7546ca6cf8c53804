import path from 'node:path';
import sharp from 'sharp';
import type { Frame } from '../src/ports.ts';
import { findSourcePackage } from './source-package.ts';

/** The package whose demo photographs are read; they stay in node_modules, nothing is copied. */
export const photoPackage = '@vladmandic/face-api';

const photoNumbers = [1, 2, 3, 4, 5, 6];

/** The path of a demo photograph, for example `sample1.jpg`. */
export async function photoPath(name: string): Promise<string> {
  const { directory } = await findSourcePackage(photoPackage);
  return path.join(directory, 'demo', name);
}

/**
 * The demo photographs as frames, each as it is, mirrored, darkened and small, so that the ranges hold
 * for other light and other distances too.
 */
export async function calibrationFrames(): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (const number of photoNumbers) {
    const file = await photoPath(`sample${number}.jpg`);
    frames.push(await readFrame({ file, width: 1280 }));
    frames.push(await readFrame({ file, width: 640, isMirrored: true }));
    frames.push(await readFrame({ file, width: 640, brightness: 0.5 }));
    frames.push(await readFrame({ file, width: 1280, zoom: 2 }));
  }
  return frames;
}

/** A photograph as a yuv420p frame; `zoom` 2 shows the middle half of it at the same width. */
export async function readFrame(options: {
  file: string;
  width: number;
  isMirrored?: boolean;
  brightness?: number;
  zoom?: number;
}): Promise<Frame> {
  const { file, isMirrored = false, brightness = 1, zoom = 1 } = options;
  const metadata = await sharp(file).metadata();
  const width = even(options.width);
  const height = even((width * metadata.height) / metadata.width);
  const inner = {
    left: Math.floor((metadata.width - metadata.width / zoom) / 2),
    top: Math.floor((metadata.height - metadata.height / zoom) / 2),
    width: Math.floor(metadata.width / zoom),
    height: Math.floor(metadata.height / zoom),
  };
  const rgb = await sharp(file)
    .extract(inner)
    .resize(width, height, { fit: 'fill' })
    .flop(isMirrored)
    .linear(brightness, 0)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { width, height, data: toYuv420({ rgb, width, height }), capturedAtMs: 0 };
}

function even(size: number): number {
  return 2 * Math.round(size / 2);
}

/** Packed RGB to I420 in limited-range BT.601; sizes must be even. */
function toYuv420(options: { rgb: Uint8Array; width: number; height: number }): Uint8Array {
  const { rgb, width, height } = options;
  const area = width * height;
  const yuv = new Uint8Array((area * 3) / 2);
  for (let pixel = 0; pixel < area; pixel += 1) {
    const [red = 0, green = 0, blue = 0] = rgb.subarray(pixel * 3, pixel * 3 + 3);
    yuv[pixel] = Math.round(16 + 0.256788 * red + 0.504129 * green + 0.097906 * blue);
  }
  let target = area;
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const { red, green, blue } = meanOfBlock({ rgb, width, x, y });
      yuv[target] = Math.round(128 - 0.148223 * red - 0.290993 * green + 0.439216 * blue);
      yuv[target + area / 4] = Math.round(
        128 + 0.439216 * red - 0.367788 * green - 0.071427 * blue,
      );
      target += 1;
    }
  }
  return yuv;
}

function meanOfBlock(options: { rgb: Uint8Array; width: number; x: number; y: number }): {
  red: number;
  green: number;
  blue: number;
} {
  const { rgb, width, x, y } = options;
  const sum = [0, 0, 0];
  for (const pixel of [
    y * width + x,
    y * width + x + 1,
    (y + 1) * width + x,
    (y + 1) * width + x + 1,
  ]) {
    for (let channel = 0; channel < 3; channel += 1) sum[channel]! += rgb[pixel * 3 + channel]! / 4;
  }
  return { red: sum[0]!, green: sum[1]!, blue: sum[2]! };
}
