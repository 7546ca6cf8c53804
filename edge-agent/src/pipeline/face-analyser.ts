import type { Logger } from '@emotion-fleet/service';
import type { StageTimes } from '../health/stage-times.ts';
import type { Sighting } from '../observe/sighting.ts';
import type { ExclusionZones } from '../privacy/exclusion-zones.ts';
import type { Detection, EmotionClassifier, EmotionScores, FaceDetector, Frame } from '../ports.ts';
import { cropQuality } from '../track/crop-quality.ts';
import { clipBox } from '../track/geometry.ts';
import { normaliseScores } from '../track/scores.ts';
import { settledMs, TrackEmotion, type TrackEmotionOptions } from '../track/track-emotion.ts';
import { Tracker, type Track } from '../track/tracker.ts';

export interface FaceAnalyserOptions {
  readonly detector: FaceDetector;
  readonly classifier: EmotionClassifier;
  readonly emotion: TrackEmotionOptions;
  /** A face in one leaves nothing: no track, no sample, no visit, and no count. */
  readonly zones: ExclusionZones;
  readonly newTrackId: () => string;
  readonly stageTimes: StageTimes;
  readonly logger: Logger;
}

export interface Analysis {
  readonly detections: readonly Detection[];
  readonly sightings: readonly Sighting[];
  /** Tracks that ended with this frame. */
  readonly ended: readonly Track[];
}

/** A single detection is often an error of the detector; the second shows that a face is there. */
const minDetectionsToClassify = 2;

/**
 * While nothing moves, faces stay where they were found: with an analysis each 2 s, the detector looks at each third
 * picture, and nobody whom it has missed by then, or invented, stays so for longer.
 */
const stillWaitMs = 5_500;

/** Where the detector has found faces, and when it looked. */
interface Found {
  readonly atMs: number;
  readonly detections: readonly Detection[];
  /** Each of them belongs to a confirmed track: taking one look for three must not make a visit of an error. */
  readonly isConfirmed: boolean;
}

/** Detector, tracker and classifier in a row: what one frame says about the faces in it. */
export class FaceAnalyser {
  readonly #options: FaceAnalyserOptions;
  readonly #tracker: Tracker;
  readonly #emotions = new Map<string, TrackEmotion>();
  #found: Found | undefined;

  constructor(options: FaceAnalyserOptions) {
    this.#options = options;
    this.#tracker = new Tracker({ newTrackId: options.newTrackId });
  }

  get hasTracks(): boolean {
    return this.#tracker.liveCount > 0;
  }

  /**
   * Rejects where the detector fails; a classifier that fails leaves faces unclassified. `movedAtMs`: when anything in
   * the picture last moved.
   */
  async analyse(frame: Frame, movedAtMs = Infinity): Promise<Analysis> {
    const nowMs = frame.capturedAtMs;
    const found = this.#stillFound({ nowMs, movedAtMs });
    const detections = found?.detections ?? (await this.#detect(frame));
    const { seen, ended } = this.#tracker.update({ nowMs, detections });
    const isConfirmed = seen.every((track) => track.isConfirmed);
    this.#found = found ?? { atMs: nowMs, detections, isConfirmed };
    const sightings: Sighting[] = [];
    for (const track of seen) sightings.push(await this.#readEmotion(track, frame, movedAtMs));
    this.#forget(ended);
    return { detections, sightings, ended };
  }

  /** A picture that can't be used shows no faces. Returns the tracks that ended for it. */
  seeNothing(nowMs: number): readonly Track[] {
    this.#found = undefined;
    const { ended } = this.#tracker.update({ nowMs, detections: [] });
    this.#forget(ended);
    return ended;
  }

  /** Ends all tracks: the camera stops. */
  endAll(): readonly Track[] {
    this.#emotions.clear();
    this.#found = undefined;
    return this.#tracker.endAll();
  }

  /** What was found, where it still holds: once it doesn't, no later picture makes it hold again. */
  #stillFound({ nowMs, movedAtMs }: { nowMs: number; movedAtMs: number }): Found | undefined {
    const found = this.#found;
    if (!found?.isConfirmed || found.atMs - movedAtMs < settledMs) return undefined;
    return nowMs - found.atMs < stillWaitMs ? found : undefined;
  }

  async #detect(frame: Frame): Promise<Detection[]> {
    const { detector, stageTimes, zones } = this.#options;
    const found = await stageTimes.measure('detect', () => detector.detect(frame));
    return found.flatMap((detection) => {
      const box = clipBox(detection.box, frame);
      if (box === undefined || zones.contains({ box, frame })) return [];
      return [{ ...detection, box }];
    });
  }

  async #readEmotion(track: Track, frame: Frame, movedAtMs: number): Promise<Sighting> {
    const emotion = this.#emotionOf(track);
    const nowMs = frame.capturedAtMs;
    const ageMs = nowMs - track.startedAtMs;
    const { box } = track.detection;
    const heightPx = box.height;
    const quality = cropQuality({ frame, box });
    const isProven = track.detectionCount >= minDetectionsToClassify;
    if (isProven && emotion.isDue({ nowMs, ageMs, heightPx, quality, movedAtMs })) {
      const scores = await this.#classify(frame, track.detection);
      emotion.note({ nowMs, scores, quality });
    }
    return { track, reading: emotion.read({ nowMs, ageMs, heightPx }) };
  }

  async #classify(frame: Frame, detection: Detection): Promise<EmotionScores | undefined> {
    const { classifier, stageTimes, logger } = this.#options;
    try {
      return normaliseScores(
        await stageTimes.measure('classify', () => classifier.classify(frame, detection)),
      );
    } catch (error) {
      logger.error({ err: error }, 'classifier failed');
      return undefined;
    }
  }

  #emotionOf(track: Track): TrackEmotion {
    const known = this.#emotions.get(track.trackId);
    if (known !== undefined) return known;
    const emotion = new TrackEmotion(this.#options.emotion);
    this.#emotions.set(track.trackId, emotion);
    return emotion;
  }

  #forget(tracks: readonly Track[]): void {
    for (const { trackId } of tracks) this.#emotions.delete(trackId);
  }
}
