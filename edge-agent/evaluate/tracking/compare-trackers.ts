import { Tracker } from '../../src/track/tracker.ts';
import { makeFilm } from './film.ts';
import { IouTracker } from './iou-tracker.ts';
import { makeScene, sceneKinds, type SceneKind } from './scenes.ts';
import { addScores, scoreTracker, type FaceTracker, type TrackingScore } from './tracking-score.ts';

export const frameRates = [3, 5, 10, 15] as const;

const trackers: Record<string, () => FaceTracker> = {
  'emotion-fleet': () => {
    let next = 0;
    return new Tracker({ newTrackId: () => String(next++) });
  },
  'plain IoU': () => new IouTracker(),
};

export interface ComparisonRow extends TrackingScore {
  readonly subject: string;
  /** `all`: the sum over the kinds. */
  readonly kind: SceneKind | 'all';
  readonly framesPerSecond: number;
  /** Visits for each true visit. */
  readonly ratio: number;
}

/** Every tracker over every kind of scene at every frame rate, summed up over the seeds. */
export function compareTrackers(options: {
  seeds: readonly number[];
  framesPerSecond?: readonly number[];
}): ComparisonRow[] {
  const { seeds, framesPerSecond = frameRates } = options;
  const films = sceneKinds.map((kind) => ({
    kind,
    films: seeds.map((seed) => makeFilm({ scene: makeScene({ kind, seed }), seed })),
  }));
  return framesPerSecond.flatMap((rate) =>
    Object.entries(trackers).flatMap(([subject, newTracker]) => {
      const scores = films.map(({ kind, films }) => ({
        kind,
        score: addScores(
          films.map((film) => scoreTracker({ tracker: newTracker(), film, framesPerSecond: rate })),
        ),
      }));
      const all = addScores(scores.map(({ score }) => score));
      return [...scores, { kind: 'all' as const, score: all }].map(({ kind, score }) => ({
        subject,
        kind,
        framesPerSecond: rate,
        ...score,
        ratio: score.visits / score.trueVisits,
      }));
    }),
  );
}
