import { scoredEmotions } from '@emotion-fleet/contracts';
import {
  zeroWindow,
  type DeviceWindowRow,
  type WindowValues,
} from '@emotion-fleet/observation-store';

export interface MinuteShape {
  readonly deviceId: string;
  readonly windowStart: number;
  readonly visits: number;
  /** Mean happy score of its visits; the rest goes to neutral. Default 0.5. */
  readonly happy?: number;
  /** Mean sad score, taken from neutral. Default 0. */
  readonly sad?: number;
  /** Default 60,000. */
  readonly analysedMs?: number;
}

/** A minute in which each visit is readable and gives four samples of a second each, two of them happy. */
export function minuteRow(shape: MinuteShape): DeviceWindowRow {
  const { deviceId, windowStart } = shape;
  return { deviceId, windowStart, version: 1, values: minuteValues(shape) };
}

function minuteValues({
  visits,
  happy = 0.5,
  sad = 0,
  analysedMs = 60_000,
}: MinuteShape): WindowValues {
  const zero = zeroWindow();
  const scores = { happy, sad, neutral: 1 - happy - sad, other: 0 };
  const sum = { ...zero.scores.sum };
  const sumOfSquares = { ...zero.scores.sumOfSquares };
  for (const emotion of scoredEmotions) {
    sum[emotion] = visits * scores[emotion];
    sumOfSquares[emotion] = visits * scores[emotion] ** 2;
  }
  const samples = { ...zero.samples, happy: 2 * visits, neutral: visits, uncertain: visits };
  return {
    samples,
    faceTimeMs: {
      ...zero.faceTimeMs,
      happy: 2_000 * visits,
      neutral: 1_000 * visits,
      uncertain: 1_000 * visits,
    },
    visits,
    readableVisits: visits,
    scores: { sum, sumOfSquares },
    analysedMs,
    frames: { seen: 420, gated: 200, analysed: 220, dropped: 0 },
    records: { stored: 5 * visits + 1, declared: 0, rejected: 0, tooLate: 0 },
  };
}
