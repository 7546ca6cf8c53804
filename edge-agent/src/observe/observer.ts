import type { RecordSink } from '../ports.ts';
import type { Track } from '../track/tracker.ts';
import type { FrameSize, Sighting } from './sighting.ts';
import { TrackSampler } from './track-sampler.ts';
import { VisitTally } from './visit-tally.ts';

export interface ObserverOptions {
  readonly sink: RecordSink;
  /** Asked when a record is made: models know their names once they are loaded. */
  readonly modelId: () => string;
  /** Time between samples of a track; 0 = each analysed frame. */
  readonly sampleIntervalMs: number;
  /** How many times longer it is just now. */
  readonly sampleStretch?: (() => number) | undefined;
}

interface ObservedTrack {
  readonly sampler: TrackSampler;
  readonly tally: VisitTally;
}

/** Turns sightings into samples, and tracks that end into visits. Unconfirmed tracks leave nothing. */
export class Observer {
  readonly #options: ObserverOptions;
  readonly #observed = new Map<string, ObservedTrack>();

  constructor(options: ObserverOptions) {
    this.#options = options;
  }

  /** One analysed frame. */
  see(options: { nowMs: number; frame: FrameSize; sightings: readonly Sighting[] }): void {
    const { nowMs, frame, sightings } = options;
    for (const sighting of sightings) {
      const { sampler, tally } = this.#observedTrack(sighting.track);
      tally.look({ nowMs, sighting });
      const sample = sampler.look({ nowMs, frame, sighting });
      if (sample !== undefined) this.#options.sink.append(sample);
    }
  }

  /** Tracks that are over. */
  end(tracks: readonly Track[]): void {
    for (const track of tracks) {
      const observed = this.#observed.get(track.trackId);
      this.#observed.delete(track.trackId);
      if (observed === undefined || !track.isConfirmed) continue;
      const modelId = this.#options.modelId();
      this.#options.sink.append(observed.tally.finish({ track, modelId }));
    }
  }

  #observedTrack(track: Track): ObservedTrack {
    const known = this.#observed.get(track.trackId);
    if (known !== undefined) return known;
    const { sampleIntervalMs, sampleStretch } = this.#options;
    const modelId = this.#options.modelId();
    const observed = {
      sampler: new TrackSampler({ modelId, sampleIntervalMs, sampleStretch }),
      tally: new VisitTally({ sampleIntervalMs }),
    };
    this.#observed.set(track.trackId, observed);
    return observed;
  }
}
