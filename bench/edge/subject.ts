import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Box } from '@emotion-fleet/edge-agent/vision';
import type { BenchFrame } from './frames.ts';

/** What a subject's process is started with. */
export interface SubjectParameters {
  readonly folder: string;
  readonly frames: readonly BenchFrame[];
  /** Where the npm peers are installed. */
  readonly peers: string;
}

/** Look at these frames, one after the other. */
export interface SubjectQuestion {
  readonly frames: readonly number[];
}

export interface SubjectAnswer {
  /** Milliseconds of each frame, from the picture in memory to faces and emotions. */
  readonly ms: readonly number[];
  /** What was found in each frame, in its pixels. */
  readonly boxes: readonly (readonly Box[])[];
  /** Ours alone: milliseconds by stage, of each frame or of each face. */
  readonly stages?: Readonly<Record<string, readonly number[]>>;
}

/** The pixels of all frames in memory. */
export function readPixels(
  { folder, frames }: SubjectParameters,
  form: 'yuv' | 'rgb',
): Promise<Buffer[]> {
  return Promise.all(frames.map((_, index) => readFile(join(folder, `${index}.${form}`))));
}

/** Answers a question with what `look` finds. */
export async function lookAtAll(
  { frames }: SubjectQuestion,
  look: (index: number) => Promise<Box[]>,
): Promise<{ ms: number[]; boxes: Box[][] }> {
  const [ms, boxes]: [number[], Box[][]] = [[], []];
  for (const index of frames) {
    const startedAt = performance.now();
    boxes.push(await look(index));
    ms.push(performance.now() - startedAt);
  }
  return { ms, boxes };
}
