import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { photoPath, readFrame } from '../../models/calibration-photos.ts';
import type { Detection, EmotionScores, Frame } from '../ports.ts';

/** A face that every known detector finds, in pixels of its picture; the emotion where it is clear. */
export interface ReferenceFace extends Detection {
  readonly emotion: keyof EmotionScores | null;
}

/** What is to be found in a photograph of an installed package. */
export interface ReferenceAnswer {
  readonly file: string;
  readonly isMirrored: boolean;
  readonly faces: readonly ReferenceFace[];
}

/** The file of the answers. */
export interface ReferenceAnswers {
  /** How it was made. */
  readonly description: string;
  /** Of the pictures, in pixels. */
  readonly width: number;
  readonly pictures: readonly ReferenceAnswer[];
}

export interface ReferencePicture {
  readonly frame: Frame;
  readonly faces: readonly ReferenceFace[];
}

export const referenceAnswersFile = path.join(import.meta.dirname, 'reference-answers.json');

/** The pictures, decoded: 12 MB. Rejects where the package of the photographs isn't installed. */
export async function readReferencePictures(): Promise<ReferencePicture[]> {
  const answers = JSON.parse(await readFile(referenceAnswersFile, 'utf8')) as ReferenceAnswers;
  const pictures: ReferencePicture[] = [];
  for (const { file, isMirrored, faces } of answers.pictures) {
    pictures.push({ frame: await readReferenceFrame({ file, isMirrored, ...answers }), faces });
  }
  return pictures;
}

export async function readReferenceFrame(options: {
  file: string;
  isMirrored: boolean;
  width: number;
}): Promise<Frame> {
  const { file, isMirrored, width } = options;
  return readFrame({ file: await photoPath(file), width, isMirrored });
}
