import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import sharp from 'sharp';
import type { PhotoName } from './photo-names.ts';

/** One plane of a picture, a byte a pixel. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A photograph in planar YUV 4:2:0 (limited range BT.601), in several sizes: each level halves the last. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  readonly levels: readonly { readonly y: Plane; readonly u: Plane; readonly v: Plane }[];
}

const photoPackage = '@vladmandic/face-api';
const levelCount = 3;

/** Where an installed package keeps that photograph. Throws OperatorError `photo_missing`. */
export function photoPath(name: PhotoName): string {
  const manifest = findPackageJSON(photoPackage, import.meta.url);
  if (manifest === undefined) {
    throw new OperatorError(
      'photo_missing',
      `The package ${photoPackage}, which holds the virtual camera's photographs, isn't installed: run npm ci.`,
    );
  }
  return path.join(path.dirname(manifest), 'demo', `${name}.jpg`);
}

/** Decodes a picture file once. Throws OperatorError `photo_missing`. */
export async function readPhoto(file: string): Promise<Photo> {
  try {
    const { data, info } = await sharp(file)
      .removeAlpha()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return photoFromRgb({ rgb: data, width: info.width, height: info.height });
  } catch (cause) {
    throw new OperatorError('photo_missing', `The photograph ${file} can't be read.`, { cause });
  }
}

interface RgbPicture {
  /** 8 bits a channel, packed. */
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export function photoFromRgb(picture: RgbPicture): Photo {
  const { width, height } = picture;
  const levels = [planesFromRgb(picture)];
  for (let level = 1; level < levelCount; level += 1) {
    const last = levels[level - 1]!;
    levels.push({ y: halve(last.y), u: halve(last.u), v: halve(last.v) });
  }
  return { width, height, levels };
}

function planesFromRgb(picture: RgbPicture): Photo['levels'][number] {
  const { width, height } = picture;
  const [halfWidth, halfHeight] = [width >> 1, height >> 1];
  const [lumaBytes, chromaBytes] = [width * height, halfWidth * halfHeight];
  const data = new Uint8Array(lumaBytes + 2 * chromaBytes);
  fillFromRgb(data, picture);
  const chromaAt = (at: number): Plane => {
    return { width: halfWidth, height: halfHeight, data: data.subarray(at, at + chromaBytes) };
  };
  const y = { width, height, data: data.subarray(0, lumaBytes) };
  return { y, u: chromaAt(lumaBytes), v: chromaAt(lumaBytes + chromaBytes) };
}

/** Writes it to `target` as I420, limited range BT.601; a last odd row or column has no colour. */
export function fillFromRgb(target: Uint8Array, { rgb, width, height }: RgbPicture): void {
  const lumaBytes = width * height;
  for (let pixel = 0, source = 0; pixel < lumaBytes; pixel += 1, source += 3) {
    target[pixel] =
      16.5 + 0.25679 * rgb[source]! + 0.50413 * rgb[source + 1]! + 0.09791 * rgb[source + 2]!;
  }
  const [halfWidth, halfHeight] = [width >> 1, height >> 1];
  const chromaBytes = halfWidth * halfHeight;
  const corners = [0, 3, 3 * width, 3 * width + 3];
  for (let at = 0; at < chromaBytes; at += 1) {
    const column = at % halfWidth;
    const first = 6 * (((at - column) / halfWidth) * width + column);
    let [u, v] = [2, 2];
    for (const corner of corners) {
      const red = rgb[first + corner]!;
      const green = rgb[first + corner + 1]!;
      const blue = rgb[first + corner + 2]!;
      u += (128.5 - 0.14822 * red - 0.29099 * green + 0.43922 * blue) | 0;
      v += (128.5 + 0.43922 * red - 0.36779 * green - 0.07143 * blue) | 0;
    }
    target[lumaBytes + at] = u >> 2;
    target[lumaBytes + chromaBytes + at] = v >> 2;
  }
}

/** Half the size; each pixel is the mean of four. */
function halve(plane: Plane): Plane {
  const half = emptyPlane(plane.width >> 1, plane.height >> 1);
  for (let row = 0; row < half.height; row += 1) {
    for (let column = 0; column < half.width; column += 1) {
      const source = 2 * row * plane.width + 2 * column;
      const sum =
        plane.data[source]! +
        plane.data[source + 1]! +
        plane.data[source + plane.width]! +
        plane.data[source + plane.width + 1]!;
      half.data[row * half.width + column] = (sum + 2) >> 2;
    }
  }
  return half;
}

function emptyPlane(width: number, height: number): Plane {
  return { width, height, data: new Uint8Array(width * height) };
}
