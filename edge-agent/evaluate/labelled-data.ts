import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import sharp from 'sharp';
import { readFrame } from '../models/calibration-photos.ts';
import { cropSquareOf } from '../src/classify/face-crop.ts';
import type { Box, Detection, Frame } from '../src/ports.ts';

/** The folders of `emotion/`, named like the classes of the networks. */
export const emotionClasses = [
  'angry',
  'disgust',
  'fear',
  'happy',
  'sad',
  'surprise',
  'neutral',
] as const;

export interface LabelledFace {
  readonly emotion: string;
  readonly frame: Frame;
  /** Fills the picture as the classifier's own crops fill theirs. */
  readonly face: Detection;
}

export interface LabelledFrame {
  readonly frame: Frame;
  readonly truths: readonly Box[];
}

/** What could be read, and one sentence for each thing that couldn't. */
export interface Labelled<Item> {
  readonly items: readonly Item[];
  readonly faults: readonly string[];
}

type Progress = (done: number, total: number) => void;

/** `DIR/emotion/<class>/*.jpg`; undefined where there is no such folder. */
export async function readLabelledFaces(
  directory: string,
  onProgress: Progress,
): Promise<Labelled<LabelledFace> | undefined> {
  const root = path.join(directory, 'emotion');
  if ((await namesIn(root)) === undefined) return undefined;
  const files: { emotion: string; file: string }[] = [];
  for (const emotion of emotionClasses) {
    for (const name of pictures(await namesIn(path.join(root, emotion)))) {
      files.push({ emotion, file: path.join(root, emotion, name) });
    }
  }
  return readAll(files, onProgress, async ({ emotion, file }) => {
    const frame = await readGreyFrame(file);
    return { emotion, frame, face: faceFilling(frame) };
  });
}

/** `DIR/detection/frames/*.jpg` and `boxes.json`; undefined where there is no such folder. */
export async function readLabelledFrames(
  directory: string,
  onProgress: Progress,
): Promise<Labelled<LabelledFrame> | undefined> {
  const root = path.join(directory, 'detection');
  const names = await namesIn(path.join(root, 'frames'));
  if (names === undefined) return undefined;
  const boxes = await readBoxes(path.join(root, 'boxes.json'));
  const files = pictures(names).map((name) => ({ name, file: path.join(root, 'frames', name) }));
  return readAll(files, onProgress, async ({ name, file }) => {
    const truths = boxes.get(name);
    if (truths === undefined) throw new Error('boxes.json has no right boxes of it');
    const { width } = await sharp(file).metadata();
    return { frame: await readFrame({ file, width }), truths };
  });
}

async function readAll<File extends { readonly file: string }, Item>(
  files: readonly File[],
  onProgress: Progress,
  read: (file: File) => Promise<Item>,
): Promise<Labelled<Item>> {
  const items: Item[] = [];
  const faults: string[] = [];
  for (const [index, file] of files.entries()) {
    try {
      items.push(await read(file));
    } catch (error) {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      faults.push(`${file.file} is left out: ${reason}.`);
    }
    onProgress(index + 1, files.length);
  }
  return { items, faults };
}

/** The names in a folder, sorted; undefined where there is none. */
async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return undefined;
  }
}

function pictures(names: readonly string[] = []): string[] {
  return names.filter((name) => /\.(jpe?g|png)$/i.test(name));
}

/** `{file: [[x1, y1, x2, y2], ...]}` in pixels; a file whose boxes are none is left out. */
async function readBoxes(file: string): Promise<Map<string, Box[]>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new OperatorError('bad_data', `${file} can't be read or isn't JSON.`, { cause });
  }
  const boxes = new Map<string, Box[]>();
  for (const [name, corners] of Object.entries(Object(json) as Record<string, unknown>)) {
    if (Array.isArray(corners) && corners.every(isCorners)) boxes.set(name, corners.map(toBox));
  }
  return boxes;
}

type Corners = readonly [number, number, number, number];

function isCorners(value: unknown): value is Corners {
  return Array.isArray(value) && value.length === 4 && value.every((part) => Number.isFinite(part));
}

function toBox([left, top, right, bottom]: Corners): Box {
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** A grey picture as an I420 frame without colour; what isn't square loses its longer ends. */
async function readGreyFrame(file: string): Promise<Frame> {
  const metadata = await sharp(file).metadata();
  const size = 2 * Math.floor(Math.min(metadata.width, metadata.height) / 2);
  const grey = await sharp(file).resize(size, size, { fit: 'cover' }).greyscale().raw().toBuffer();
  const data = new Uint8Array((size * size * 3) / 2).fill(128);
  for (let index = 0; index < size * size; index += 1) {
    data[index] = Math.round(16 + (grey[index]! * 219) / 255);
  }
  return { width: size, height: size, data, capturedAtMs: 0 };
}

/** The detection whose crop is the whole picture: the classifier's framing turned round. */
export function faceFilling({ width }: { readonly width: number }): Detection {
  const ofUnit = cropSquareOf({ box: { x: 0, y: 0, width: 1, height: 1 }, score: 1 });
  const side = width / ofUnit.side;
  return {
    box: {
      x: width / 2 - ofUnit.centerX * side,
      y: width / 2 - ofUnit.centerY * side,
      width: side,
      height: side,
    },
    score: 1,
  };
}

/** The same picture in less light. */
export function darken(frame: Frame, light: number): Frame {
  const data = Uint8Array.from(frame.data);
  for (let index = 0; index < frame.width * frame.height; index += 1) {
    data[index] = Math.round(16 + (data[index]! - 16) * light);
  }
  return { ...frame, data };
}
