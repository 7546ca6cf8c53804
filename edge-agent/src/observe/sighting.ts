import type { EmotionReading } from '../track/track-emotion.ts';
import type { Track } from '../track/tracker.ts';

/** A track as one analysed frame shows it. */
export interface Sighting {
  readonly track: Track;
  readonly reading: EmotionReading;
}

/** Size of the frame that boxes refer to, in pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** A look at a track stands for at most this long where `sampleIntervalMs` is 0. */
const longestStepMs = 2_000;

/** How much face-time one look may stand for: what lies further back wasn't seen. */
export function maxDurationMs(sampleIntervalMs: number): number {
  return sampleIntervalMs === 0 ? longestStepMs : 2 * sampleIntervalMs;
}

/** Pixels in records have one digit. */
export function roundPx(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

/** Shares in records have four digits. */
export function roundShare(share: number): number {
  return Math.round(Math.max(0, Math.min(1, share)) * 10_000) / 10_000;
}
