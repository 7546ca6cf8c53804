import type { SampleRecord } from '@emotion-fleet/contracts';
import type { LiveFaces } from '@emotion-fleet/contracts/api';
import { isoTime } from '../queries/query-range.ts';

/** Tracks are sampled once a second, each at a moment of its own: one look gathers a little more than that. */
const lookMs = 1_500;
/** An outbox that catches up sends the past: that isn't live. */
const maxAgeMs = 60_000;

/** What one camera sees now: the latest sample of each track that was seen within the last look. */
export class RecentFaces {
  readonly #byTrack = new Map<string, SampleRecord>();
  #latestAt = 0;

  /** False where the sample is too old to be live. `now` is epoch ms. */
  add(sample: SampleRecord, now: number): boolean {
    if (now - sample.observedAt > maxAgeMs || sample.observedAt < this.#latestAt - lookMs) {
      return false;
    }
    this.#latestAt = Math.max(this.#latestAt, sample.observedAt);
    const known = this.#byTrack.get(sample.trackId);
    if (known === undefined || known.observedAt <= sample.observedAt) {
      this.#byTrack.set(sample.trackId, sample);
    }
    for (const [trackId, { observedAt }] of this.#byTrack) {
      if (observedAt < this.#latestAt - lookMs) this.#byTrack.delete(trackId);
    }
    return true;
  }

  /** Undefined while nothing has been seen. */
  look(deviceId: string): LiveFaces | undefined {
    const samples = [...this.#byTrack.values()];
    const latest = samples.find(({ observedAt }) => observedAt === this.#latestAt);
    if (latest === undefined) return undefined;
    return {
      deviceId,
      observedAt: isoTime(latest.observedAt),
      frame: latest.frame,
      faces: samples.map(({ trackId, face, emotion, scores }) => ({
        trackId,
        ...face,
        emotion,
        ...(scores !== undefined && { scores }),
      })),
    };
  }
}
