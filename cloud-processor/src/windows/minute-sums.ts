import {
  emotions,
  readableVisitMs,
  scoredEmotions,
  zeroByEmotion,
  type ByEmotion,
  type ByScoredEmotion,
  type DeviceRecord,
  type PresenceRecord,
  type SampleRecord,
  type VisitRecord,
} from '@emotion-fleet/contracts';
import { recordTime, type RecordRow, type WindowValues } from '@emotion-fleet/observation-store';
import { cellKey } from './grid-cells.ts';

/**
 * Scores are added up as whole millionths and their squares as whole billionths, because integers give the
 * same sum in any order: a window grown record by record equals one recomputed from scratch to the last bit.
 */
const scoreUnits = 1e6;
const squareUnits = 1e9;

const zeroScores = (): ByScoredEmotion => ({ happy: 0, sad: 0, neutral: 0, other: 0 });

/**
 * What the records of one minute of one device add up to. A record given twice would count twice: callers
 * keep the identities.
 */
export class MinuteSums {
  readonly #samples = zeroByEmotion();
  readonly #faceTimeMs = zeroByEmotion();
  readonly #scores = zeroScores();
  readonly #squares = zeroScores();
  readonly #frames = { seen: 0, gated: 0, analysed: 0, dropped: 0 };
  readonly #records = { stored: 0, declared: 0, rejected: 0, tooLate: 0 };
  #visits = 0;
  #readableVisits = 0;
  #analysedMs = 0;
  /** Samples by cell and emotion. */
  readonly cells = new Map<number, number>();

  add(record: DeviceRecord): void {
    this.#records.stored += 1;
    switch (record.kind) {
      case 'sample':
        this.#addSample(record);
        break;
      case 'visit':
        this.#addVisit(record);
        break;
      case 'presence':
        this.#addPresence(record);
        break;
      case 'gap':
        // Counted where it was declared; the ledger knows when the records would have been.
        this.#records.declared += record.toSeq - record.fromSeq + 1;
    }
  }

  addTooLate(): void {
    this.#records.tooLate += 1;
  }

  /** A copy that later additions leave alone. */
  values(): WindowValues {
    return {
      samples: copy(this.#samples),
      faceTimeMs: copy(this.#faceTimeMs),
      visits: this.#visits,
      readableVisits: this.#readableVisits,
      scores: {
        sum: inUnits(this.#scores, scoreUnits),
        sumOfSquares: inUnits(this.#squares, squareUnits),
      },
      analysedMs: this.#analysedMs,
      frames: { ...this.#frames },
      records: { ...this.#records },
    };
  }

  #addSample(record: SampleRecord): void {
    this.#samples[record.emotion] += 1;
    this.#faceTimeMs[record.emotion] += record.durationMs;
    const cell = cellKey(record);
    this.cells.set(cell, (this.cells.get(cell) ?? 0) + 1);
  }

  #addPresence({ analysedMs, frames }: PresenceRecord): void {
    this.#analysedMs += analysedMs;
    for (const what of ['seen', 'gated', 'analysed', 'dropped'] as const) {
      this.#frames[what] += frames[what];
    }
  }

  #addVisit(record: VisitRecord): void {
    this.#visits += 1;
    if (record.readableMs < readableVisitMs || record.scores === undefined) return;
    this.#readableVisits += 1;
    for (const emotion of scoredEmotions) {
      const score = record.scores[emotion];
      this.#scores[emotion] += Math.round(score * scoreUnits);
      this.#squares[emotion] += Math.round(score * score * squareUnits);
    }
  }
}

/**
 * True where the record came after its window was sealed. It depends on the record alone and not on when it
 * is applied, so that a lagging or repeated run of the processor decides the same.
 */
export function isTooLate({ record, receivedAt }: RecordRow, sealAfterMs: number): boolean {
  return receivedAt - recordTime(record) > sealAfterMs;
}

function copy(by: ByEmotion): ByEmotion {
  const copied = zeroByEmotion();
  for (const emotion of emotions) copied[emotion] = by[emotion];
  return copied;
}

function inUnits(by: ByScoredEmotion, units: number): ByScoredEmotion {
  return {
    happy: by.happy / units,
    sad: by.sad / units,
    neutral: by.neutral / units,
    other: by.other / units,
  };
}
