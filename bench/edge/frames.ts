import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { photoPath, readFrame, type Box, type Frame } from '@emotion-fleet/edge-agent/vision';
import { OperatorError } from '@emotion-fleet/service';
import { readPhotoFaces } from '../../edge-agent/test/fixtures/photo-faces.ts';
import type { Truth } from './recall.ts';

/** A picture in a file that every subject reads, in the form that it takes: `<index>.yuv` or `<index>.rgb`. */
export interface BenchFrame {
  readonly width: number;
  readonly height: number;
}

export interface FrameSet {
  readonly folder: string;
  readonly frames: readonly BenchFrame[];
  readonly truth: Truth;
}

/** As the figures that are published for these pictures, and as the default of the agent's cameras. */
const frameWidth = 640;

/** The photographs of an installed package, each also mirrored, with the faces that a person sees in them. */
export async function photographs(folder: string): Promise<FrameSet> {
  const { photos, tolerance } = await readPhotoFaces();
  const frames: Frame[] = [];
  const faces: { x: number; y: number }[][] = [];
  for (const photo of photos) {
    for (const isMirrored of [false, true]) {
      const file = await photoPath(photo.file);
      frames.push(await readFrame({ file, width: frameWidth, isMirrored }));
      faces.push(photo.faces.map(({ x, y }) => ({ x: isMirrored ? 1 - x : x, y })));
    }
  }
  const truth = { kind: 'centres', faces, tolerance: tolerance.center } as const;
  return { folder, frames: await writeFrames(folder, frames), truth };
}

/** Labelled pictures: `detection/frames/*.jpg`, and `detection/boxes.json` with `{file: [[x1, y1, x2, y2]]}`. */
export async function labelledPictures(folder: string, dataDirectory: string): Promise<FrameSet> {
  const labels = await readLabels(join(dataDirectory, 'detection/boxes.json'));
  const frames: Frame[] = [];
  const faces: Box[][] = [];
  for (const [name, boxes] of labels) {
    const file = join(dataDirectory, 'detection/frames', name);
    frames.push(await readFrame({ file, width: frameWidth }));
    faces.push(
      boxes.map(([x, y, right, bottom]) => ({ x, y, width: right - x, height: bottom - y })),
    );
  }
  return { folder, frames: await writeFrames(folder, frames), truth: { kind: 'boxes', faces } };
}

async function readLabels(file: string): Promise<[string, [number, number, number, number][]][]> {
  try {
    return Object.entries(
      JSON.parse(await readFile(file, 'utf8')) as Record<
        string,
        [number, number, number, number][]
      >,
    );
  } catch (cause) {
    throw new OperatorError('no_labels', `There are no labels at ${file}.`, { cause });
  }
}

async function writeFrames(folder: string, frames: readonly Frame[]): Promise<BenchFrame[]> {
  for (const [index, frame] of frames.entries()) {
    await writeFile(join(folder, `${index}.yuv`), frame.data);
    await writeFile(join(folder, `${index}.rgb`), toRgb(frame));
  }
  return frames.map(({ width, height }) => ({ width, height }));
}

/** Packed RGB, from limited-range BT.601: what the peers take. Not in anyone's time. */
function toRgb({ width, height, data }: Frame): Uint8Array {
  const rgb = new Uint8ClampedArray(width * height * 3);
  const area = width * height;
  for (let y = 0, target = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, target += 3) {
      const chroma = area + (y >> 1) * (width / 2) + (x >> 1);
      const light = 1.164384 * (data[y * width + x]! - 16);
      const blueness = data[chroma]! - 128;
      const redness = data[chroma + area / 4]! - 128;
      rgb[target] = light + 1.596027 * redness;
      rgb[target + 1] = light - 0.391762 * blueness - 0.812968 * redness;
      rgb[target + 2] = light + 2.017232 * blueness;
    }
  }
  return new Uint8Array(rgb.buffer);
}
