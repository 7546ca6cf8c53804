import {
  emotions,
  scoredEmotions,
  type ByEmotion,
  type ByScoredEmotion,
} from '@emotion-fleet/contracts';
import type { GridCells } from './rows.ts';
import {
  zeroClusters,
  type ClusterMoments,
  type ClusterSums,
  type ScopeWindowValues,
  type WindowValues,
} from './windows/window-values.ts';

/*
 * Window values as a JSON list of numbers: a fifth of the size of named fields, and still readable with any
 * tool of the database. The order is append-only: a new figure goes to the end and reads as 0 from older rows.
 */

export function encodeWindow(values: WindowValues): string {
  return JSON.stringify(windowNumbers(values));
}

export function decodeWindow(text: string): WindowValues {
  return readWindow(numbersOf(text));
}

/** The scope's own figures stand in a list of their own, so that both lists can grow. */
export function encodeScopeWindow(values: ScopeWindowValues): string {
  const { clusters, n, nn, byEmotion } = values.clusters;
  const moments = scoredEmotions.flatMap((emotion) => {
    const { y, ny, yy } = byEmotion[emotion];
    return [y, ny, yy];
  });
  return JSON.stringify([
    windowNumbers(values),
    [values.reportingDevices, clusters, n, nn, ...moments],
  ]);
}

export function decodeScopeWindow(text: string): ScopeWindowValues {
  const [window = [], own = []] = JSON.parse(text) as number[][];
  const next = reader(own);
  const reportingDevices = next();
  return { ...readWindow(reader(window)), reportingDevices, clusters: readClusters(next) };
}

/** Cell, then its count for each emotion, and so on. */
export function encodeCells(cells: GridCells): string {
  return JSON.stringify([...cells].flatMap(([cell, counts]) => [cell, ...counts]));
}

export function decodeCells(text: string): GridCells {
  const numbers = JSON.parse(text) as number[];
  const cells = new Map<number, readonly [number, number, number, number, number]>();
  for (let i = 0; i < numbers.length; i += 1 + emotions.length) {
    const next = reader(numbers.slice(i));
    cells.set(next(), [next(), next(), next(), next(), next()]);
  }
  return cells;
}

function windowNumbers(values: WindowValues): number[] {
  const { samples, faceTimeMs, scores, frames, records } = values;
  return [
    ...emotions.map((emotion) => samples[emotion]),
    ...emotions.map((emotion) => faceTimeMs[emotion]),
    values.visits,
    values.readableVisits,
    ...scoredEmotions.map((emotion) => scores.sum[emotion]),
    ...scoredEmotions.map((emotion) => scores.sumOfSquares[emotion]),
    values.analysedMs,
    ...[frames.seen, frames.gated, frames.analysed, frames.dropped],
    ...[records.stored, records.declared, records.rejected, records.tooLate],
  ];
}

type NextNumber = () => number;

function readWindow(next: NextNumber): WindowValues {
  return {
    samples: readByEmotion(next),
    faceTimeMs: readByEmotion(next),
    visits: next(),
    readableVisits: next(),
    scores: { sum: readByScored(next), sumOfSquares: readByScored(next) },
    analysedMs: next(),
    frames: { seen: next(), gated: next(), analysed: next(), dropped: next() },
    records: { stored: next(), declared: next(), rejected: next(), tooLate: next() },
  };
}

function readClusters(next: NextNumber): ClusterSums {
  const counts = { clusters: next(), n: next(), nn: next() };
  const byEmotion: Record<string, ClusterMoments> = {};
  for (const emotion of scoredEmotions) byEmotion[emotion] = { y: next(), ny: next(), yy: next() };
  return { ...zeroClusters(), ...counts, byEmotion: byEmotion as ClusterSums['byEmotion'] };
}

function readByEmotion(next: NextNumber): ByEmotion {
  return { happy: next(), sad: next(), neutral: next(), other: next(), uncertain: next() };
}

function readByScored(next: NextNumber): ByScoredEmotion {
  return { happy: next(), sad: next(), neutral: next(), other: next() };
}

function numbersOf(text: string): NextNumber {
  return reader(JSON.parse(text) as number[]);
}

function reader(numbers: readonly number[]): NextNumber {
  let index = 0;
  return () => numbers[index++] ?? 0;
}
