import { silentLogger } from '@emotion-fleet/service';
import { FramePacer } from '../../src/capture/frame-pacer.ts';
import { FrameGate } from '../../src/gate/frame-gate.ts';
import { StageTimes } from '../../src/health/stage-times.ts';
import { FaceAnalyser } from '../../src/pipeline/face-analyser.ts';
import type { Detection, EmotionClassifier, FaceDetector } from '../../src/ports.ts';
import { ExclusionZones } from '../../src/privacy/exclusion-zones.ts';
import { ticksPerSecond, type Picture } from './film.ts';
import { frame as size } from './people.ts';
import type { Scene } from './scenes.ts';
import { ThumbnailPainter } from './thumbnail-painter.ts';
import type { Look } from './tracking-score.ts';

/** What cameras give at least. */
const cameraFramesPerSecond = 15;
/** Nobody looks into it: detections come from the film. */
const emptyPicture = new Uint8Array((size.width * size.height * 3) / 2);

type OwnedDetection = Detection & { readonly personId: number | undefined };

export interface GatedLooks {
  readonly looks: readonly Look[];
  /** Pictures of the camera, those that went past the gate, and those that the detector looked at. */
  readonly pictures: {
    readonly taken: number;
    readonly analysed: number;
    readonly detected: number;
  };
}

/**
 * A film through the agent's own motion gate, pacer and analyser: of a still scene a picture each 2 s, and the detector
 * looks at each third of them. An analysis takes no time here.
 */
export async function gatedLooks(options: {
  scene: Scene;
  film: readonly Picture[];
  seed: number;
  framesPerSecond: number;
}): Promise<GatedLooks> {
  const { scene, film, seed, framesPerSecond } = options;
  const painter = new ThumbnailPainter({ scene, seed });
  const [gate, pacer] = [new FrameGate(), new FramePacer({ framesPerSecond })];
  const detector = new FilmDetector();
  const analyser = analyserOf(detector);
  const looks: Look[] = [];
  let taken = 0;
  for (let tick = 0; tick < film.length; tick += ticksPerSecond / cameraFramesPerSecond) {
    const { nowMs, findings } = film[tick]!;
    taken += 1;
    // The order of `Agent`: gate, pacer, and only what both let pass is compared with later.
    const { isWanted } = gate.look({ frame: painter.paint(nowMs), hasTracks: analyser.hasTracks });
    if (!isWanted || !pacer.accepts(nowMs)) continue;
    gate.accept();
    detector.found = findings.map(({ detection, personId }) => ({ ...detection, personId }));
    const picture = { ...size, data: emptyPicture, capturedAtMs: nowMs };
    const { sightings } = await analyser.analyse(picture, gate.lastMotionAtMs);
    looks.push({
      // A snapshot: tracks go on changing.
      seen: sightings.map(({ track: { trackId, isConfirmed } }) => ({ trackId, isConfirmed })),
      personIds: sightings.map(({ track }) => (track.detection as OwnedDetection).personId),
    });
  }
  return { looks, pictures: { taken, analysed: looks.length, detected: detector.calls } };
}

class FilmDetector implements FaceDetector {
  readonly modelId = 'film';
  found: readonly OwnedDetection[] = [];
  calls = 0;

  async start(): Promise<void> {}
  async stop(): Promise<void> {}

  async detect(): Promise<Detection[]> {
    this.calls += 1;
    return [...this.found];
  }
}

function analyserOf(detector: FaceDetector): FaceAnalyser {
  const each = 0.25;
  const thresholds = { happy: each, sad: each, neutral: each, other: each };
  const nothing = async () => undefined;
  const classifier: EmotionClassifier = {
    ...{ modelId: 'none', thresholds, start: nothing, stop: nothing },
    classify: async () => thresholds,
  };
  let next = 0;
  return new FaceAnalyser({
    ...{ detector, classifier, logger: silentLogger() },
    emotion: { thresholds, maxVisitMs: Infinity },
    zones: new ExclusionZones([]),
    newTrackId: () => String(next++),
    stageTimes: new StageTimes({ nowMs: () => 0 }),
  });
}
