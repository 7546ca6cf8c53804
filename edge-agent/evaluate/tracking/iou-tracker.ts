import type { Detection } from '../../src/ports.ts';
import { overlapOf } from '../../src/track/geometry.ts';
import type { FollowedTrack, FaceTracker } from './tracking-score.ts';

/** The overlap from which on two boxes are one face (Bochinski et al. 2017, "High-speed tracking-by-detection", use 0.3 to 0.5). */
const leastOverlap = 0.3;
const missMs = 1_500;

interface IouTrack {
  trackId: string;
  startedAtMs: number;
  lastSeenAtMs: number;
  missedSinceMs: number | undefined;
  detectionCount: number;
  isConfirmed: boolean;
  detection: Detection;
}

/** The plain tracker that others are measured by: the largest overlap with a track's last box wins, no motion. */
export class IouTracker implements FaceTracker {
  #tracks: IouTrack[] = [];
  #next = 0;

  update({ nowMs, detections }: { nowMs: number; detections: readonly Detection[] }): {
    seen: readonly FollowedTrack[];
  } {
    const pairs = this.#tracks
      .flatMap((track) =>
        detections.map((detection) => ({
          track,
          detection,
          overlap: overlapOf(track.detection.box, detection.box),
        })),
      )
      .filter(({ overlap }) => overlap >= leastOverlap)
      .sort((a, b) => b.overlap - a.overlap);
    const found = new Map<Detection, IouTrack>();
    const taken = new Set<IouTrack>();
    for (const { track, detection } of pairs) {
      if (found.has(detection) || taken.has(track)) continue;
      found.set(detection, track);
      taken.add(track);
    }
    const seen = detections.map((detection) =>
      this.#see(found.get(detection) ?? this.#begin(detection, nowMs), detection, nowMs),
    );
    for (const track of this.#tracks) if (!seen.includes(track)) track.missedSinceMs ??= nowMs;
    this.#tracks = this.#tracks.filter(
      ({ missedSinceMs }) => missedSinceMs === undefined || nowMs - missedSinceMs < missMs,
    );
    return { seen };
  }

  #begin(detection: Detection, nowMs: number): IouTrack {
    const track: IouTrack = {
      trackId: String(this.#next++),
      startedAtMs: nowMs,
      lastSeenAtMs: nowMs,
      missedSinceMs: undefined,
      detectionCount: 0,
      isConfirmed: false,
      detection,
    };
    this.#tracks.push(track);
    return track;
  }

  #see(track: IouTrack, detection: Detection, nowMs: number): IouTrack {
    track.detection = detection;
    track.detectionCount += 1;
    track.lastSeenAtMs = nowMs;
    track.missedSinceMs = undefined;
    // The rule of the agent's own tracks.
    track.isConfirmed ||= track.detectionCount >= 3 && nowMs - track.startedAtMs >= 1_000;
    return track;
  }
}
