import type { Detection } from '../ports.ts';
import { assignDetections } from './assignment.ts';
import { MotionModel } from './motion-model.ts';

/** One face followed over time. Its id means nothing outside this run. */
export interface Track {
  readonly trackId: string;
  readonly startedAtMs: number;
  readonly lastSeenAtMs: number;
  readonly detectionCount: number;
  readonly detection: Detection;
  /** At least 3 detections over at least 1 s; once true it stays true. */
  readonly isConfirmed: boolean;
}

export interface TrackerOptions {
  /** A fresh random id: 4 to 24 lower-case letters and digits. */
  readonly newTrackId: () => string;
  /** A track ends when it hasn't been found for this long. */
  readonly missMs?: number;
}

export interface TrackUpdate {
  /** Tracks found in this frame, new ones included. */
  readonly seen: readonly Track[];
  /** Tracks that are over. */
  readonly ended: readonly Track[];
}

const defaultMissMs = 1_500;
const confirmDetections = 3;
const confirmMs = 1_000;

/**
 * How far a face may be from where it is expected, in face sizes: a part for the detector's jitter and
 * one that grows with time. A brisk walker makes 13 face widths a second, which a track must allow
 * until it knows its velocity; after that only the change of velocity remains.
 */
const reach = { base: 0.8, perSecondUnknown: 10, perSecondKnown: 3, most: 2.5 } as const;

interface LiveTrack extends Track {
  lastSeenAtMs: number;
  detectionCount: number;
  detection: Detection;
  isConfirmed: boolean;
  readonly motion: MotionModel;
  /** Time of the first look since `lastSeenAtMs` that didn't find it. */
  missedSinceMs: number | undefined;
}

/** Follows faces from frame to frame. Each detection belongs to exactly one track. */
export class Tracker {
  readonly #newTrackId: () => string;
  readonly #missMs: number;
  #tracks: LiveTrack[] = [];

  constructor({ newTrackId, missMs = defaultMissMs }: TrackerOptions) {
    this.#newTrackId = newTrackId;
    this.#missMs = missMs;
  }

  /** Tracks that haven't ended. */
  get liveCount(): number {
    return this.#tracks.length;
  }

  /** One look at the picture; `nowMs` never falls. */
  update(options: { nowMs: number; detections: readonly Detection[] }): TrackUpdate {
    const { nowMs, detections } = options;
    const assigned = assignDetections({
      tracks: this.#tracks.map((track) => ({
        box: track.motion.predict(nowMs),
        reach: reachOf(track, nowMs),
      })),
      detections: detections.map(({ box }) => box),
    });
    const seen = detections.map((detection, index) => {
      const trackIndex = assigned[index];
      const known = trackIndex === undefined ? undefined : this.#tracks[trackIndex];
      return known === undefined
        ? beginTrack({ trackId: this.#newTrackId(), detection, nowMs })
        : continueTrack(known, detection, nowMs);
    });
    const missed = this.#tracks.filter((track) => !seen.includes(track));
    // Counted from the first look that missed it: a gated scene isn't looked at for 2 s, and nobody left.
    for (const track of missed) track.missedSinceMs ??= nowMs;
    const isOver = (track: LiveTrack) => nowMs - (track.missedSinceMs ?? nowMs) >= this.#missMs;
    this.#tracks = [...seen, ...missed.filter((track) => !isOver(track))];
    return { seen, ended: missed.filter(isOver) };
  }

  /** Ends all tracks: the camera stops. */
  endAll(): readonly Track[] {
    const ended = this.#tracks;
    this.#tracks = [];
    return ended;
  }
}

function reachOf(track: LiveTrack, nowMs: number): number {
  const perSecond = track.motion.hasVelocity ? reach.perSecondKnown : reach.perSecondUnknown;
  const elapsedMs = nowMs - track.lastSeenAtMs;
  return Math.min(reach.most, reach.base + (perSecond * elapsedMs) / 1_000);
}

function beginTrack(options: { trackId: string; detection: Detection; nowMs: number }): LiveTrack {
  const { trackId, detection, nowMs } = options;
  return {
    trackId,
    startedAtMs: nowMs,
    lastSeenAtMs: nowMs,
    detectionCount: 1,
    detection,
    isConfirmed: false,
    motion: new MotionModel({ box: detection.box, nowMs }),
    missedSinceMs: undefined,
  };
}

function continueTrack(track: LiveTrack, detection: Detection, nowMs: number): LiveTrack {
  track.motion.observe({ box: detection.box, nowMs });
  track.detection = detection;
  track.detectionCount += 1;
  track.lastSeenAtMs = nowMs;
  track.missedSinceMs = undefined;
  track.isConfirmed ||=
    track.detectionCount >= confirmDetections && nowMs - track.startedAtMs >= confirmMs;
  return track;
}
