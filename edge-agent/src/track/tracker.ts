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
}

export interface TrackUpdate {
  /** Tracks found in this frame, new ones included. */
  readonly seen: readonly Track[];
  /** Tracks that are over. */
  readonly ended: readonly Track[];
}

/** A track ends when it was looked for and not found for this long. */
const missMs = 1_500;
/** The same for someone who stood there: turned away, or behind one who passes, and mostly still there. */
const standingMissMs = 20_000;

const confirmDetections = 3;
/** A face must be there for this long, */
const confirmMs = 1_000;
/** and found in most of it: each look stands for the time since the look before. */
const confirmFoundMs = 900;
/** A look before that lies further back, before a still scene, says nothing about when the face came. */
const longestFirstLookMs = 500;

interface LiveTrack extends Track {
  lastSeenAtMs: number;
  detectionCount: number;
  detection: Detection;
  isConfirmed: boolean;
  readonly motion: MotionModel;
  /**
   * The look before the first that found it. A face is there for up to one interval longer than from its first look to
   * its last, half of it at either end: counted here, or short visits would be lost at low frame rates.
   */
  readonly thereSinceMs: number;
  /** Time that the looks stand for which found it. */
  foundMs: number;
  /** Time of the first look since `lastSeenAtMs` that didn't find it. */
  missedSinceMs: number | undefined;
}

/** Follows faces from frame to frame. Each detection belongs to exactly one track. */
export class Tracker {
  readonly #newTrackId: () => string;
  #tracks: LiveTrack[] = [];
  #lookedAtMs: number | undefined;

  constructor({ newTrackId }: TrackerOptions) {
    this.#newTrackId = newTrackId;
  }

  /** Tracks that haven't ended. */
  get liveCount(): number {
    return this.#tracks.length;
  }

  /** One look at the picture; `nowMs` never falls. */
  update(options: { nowMs: number; detections: readonly Detection[] }): TrackUpdate {
    const { nowMs, detections } = options;
    const lookMs = nowMs - (this.#lookedAtMs ?? nowMs);
    // The machine slept, or the camera was away: nobody can say who is still there.
    const lapsed = lookMs >= standingMissMs ? this.endAll() : [];
    this.#lookedAtMs = nowMs;
    const assigned = assignDetections({
      tracks: this.#tracks.map(({ motion }) => motion.predict(nowMs)),
      detections: detections.map(({ box }) => box),
    });
    const seen = detections.map((detection, index) => {
      const trackIndex = assigned[index];
      const known = trackIndex === undefined ? undefined : this.#tracks[trackIndex];
      const look = { detection, nowMs, lookMs };
      return known === undefined ? this.#beginTrack(look) : continueTrack(known, look);
    });
    const found = new Set(seen);
    const missed = this.#tracks.filter((track) => !found.has(track));
    // Counted from the first look that missed it: a gated scene isn't looked at for 2 s, and nobody left.
    for (const track of missed) track.missedSinceMs ??= nowMs;
    this.#tracks = [...seen, ...missed.filter((track) => !isOver(track, nowMs))];
    return { seen, ended: [...lapsed, ...missed.filter((track) => isOver(track, nowMs))] };
  }

  /** Ends all tracks: the camera stops. */
  endAll(): readonly Track[] {
    const ended = this.#tracks;
    this.#tracks = [];
    this.#lookedAtMs = undefined;
    return ended;
  }

  #beginTrack({ detection, nowMs, lookMs }: Look): LiveTrack {
    const firstLookMs = Math.min(lookMs, longestFirstLookMs);
    return {
      trackId: this.#newTrackId(),
      startedAtMs: nowMs,
      lastSeenAtMs: nowMs,
      detectionCount: 1,
      detection,
      isConfirmed: false,
      motion: new MotionModel({ box: detection.box, nowMs }),
      thereSinceMs: nowMs - firstLookMs,
      foundMs: firstLookMs,
      missedSinceMs: undefined,
    };
  }
}

/** One detection, and the time since the look before. */
interface Look {
  readonly detection: Detection;
  readonly nowMs: number;
  readonly lookMs: number;
}

function continueTrack(track: LiveTrack, { detection, nowMs, lookMs }: Look): LiveTrack {
  track.motion.observe({ box: detection.box, nowMs });
  track.detection = detection;
  track.detectionCount += 1;
  track.foundMs += lookMs;
  track.lastSeenAtMs = nowMs;
  track.missedSinceMs = undefined;
  track.isConfirmed ||=
    track.detectionCount >= confirmDetections &&
    nowMs - track.thereSinceMs >= confirmMs &&
    track.foundMs >= confirmFoundMs;
  return track;
}

function isOver({ missedSinceMs, isConfirmed, motion }: LiveTrack, nowMs: number): boolean {
  const limitMs = isConfirmed && motion.isStanding ? standingMissMs : missMs;
  return missedSinceMs !== undefined && nowMs - missedSinceMs >= limitMs;
}
