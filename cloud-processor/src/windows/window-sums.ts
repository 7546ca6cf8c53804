import { emotions, scoredEmotions, zeroByEmotion } from '@emotion-fleet/contracts';
import type { WindowValues } from '@emotion-fleet/observation-store';

/**
 * Adds up windows in the order given. Callers give them in order of time (or device), because sums of floats
 * depend on the order and a recomputation must find the same.
 */
export function sumWindows(windows: Iterable<WindowValues | undefined>): WindowValues {
  const sum = {
    samples: zeroByEmotion(),
    faceTimeMs: zeroByEmotion(),
    visits: 0,
    readableVisits: 0,
    scores: {
      sum: { happy: 0, sad: 0, neutral: 0, other: 0 },
      sumOfSquares: { happy: 0, sad: 0, neutral: 0, other: 0 },
    },
    analysedMs: 0,
    frames: { seen: 0, gated: 0, analysed: 0, dropped: 0 },
    records: { stored: 0, declared: 0, rejected: 0, tooLate: 0 },
  };
  for (const one of windows) {
    if (one === undefined) continue;
    for (const emotion of emotions) {
      sum.samples[emotion] += one.samples[emotion];
      sum.faceTimeMs[emotion] += one.faceTimeMs[emotion];
    }
    for (const emotion of scoredEmotions) {
      sum.scores.sum[emotion] += one.scores.sum[emotion];
      sum.scores.sumOfSquares[emotion] += one.scores.sumOfSquares[emotion];
    }
    sum.visits += one.visits;
    sum.readableVisits += one.readableVisits;
    sum.analysedMs += one.analysedMs;
    for (const what of ['seen', 'gated', 'analysed', 'dropped'] as const)
      sum.frames[what] += one.frames[what];
    for (const what of ['stored', 'declared', 'rejected', 'tooLate'] as const)
      sum.records[what] += one.records[what];
  }
  return sum;
}

/**
 * History doesn't shrink: what was computed replaces what is there unless it rests on fewer records, which
 * means that raw rows (or minutes) beneath have expired since. Then the values stay and only the count of
 * records that came too late may grow.
 */
export function withoutShrinking(
  present: WindowValues | undefined,
  computed: WindowValues,
): WindowValues {
  if (present === undefined || computed.records.stored >= present.records.stored) return computed;
  const tooLate = Math.max(present.records.tooLate, computed.records.tooLate);
  return { ...present, records: { ...present.records, tooLate } };
}
