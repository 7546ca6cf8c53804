import type {
  ByEmotionCounts,
  MeanScore,
  MeanScores,
  Timeline,
  TimelineWindow,
} from '@emotion-fleet/contracts/api';

/** The first minute of every example. */
export const startMs = Date.parse('2026-03-01T09:00:00Z');
export const minuteMs = 60_000;

export function counts(values: Partial<ByEmotionCounts> = {}): ByEmotionCounts {
  return { happy: 0, sad: 0, neutral: 0, other: 0, uncertain: 0, ...values };
}

export function meanScores(happy: Partial<MeanScore> = {}): MeanScores {
  const none: MeanScore = { value: null, low: null, high: null, clusters: 0 };
  return { happy: { ...none, ...happy }, sad: none, neutral: none, other: none };
}

export function iso(minute: number): string {
  return new Date(startMs + minute * minuteMs).toISOString();
}

/** A window of one minute that was wholly observed. */
export function timelineWindow(
  minute: number,
  values: Partial<TimelineWindow> = {},
): TimelineWindow {
  return {
    from: iso(minute),
    to: iso(minute + 1),
    samples: 0,
    visits: 0,
    readableVisits: 0,
    byEmotion: counts(),
    faceTimeMs: counts(),
    meanScore: meanScores(),
    suppressed: false,
    analysedMs: minuteMs,
    expectedMs: minuteMs,
    ...values,
  };
}

export function timeline(minutes: number, windows: TimelineWindow[]): Timeline {
  return { from: iso(0), to: iso(minutes), stepMs: minuteMs, windows };
}
