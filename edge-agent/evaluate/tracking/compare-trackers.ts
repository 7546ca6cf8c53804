import { Tracker } from '../../src/track/tracker.ts';
import { makeFilm, type Picture } from './film.ts';
import { gatedLooks } from './gated-looks.ts';
import { IouTracker } from './iou-tracker.ts';
import { makeScene, sceneKinds, type Scene, type SceneKind } from './scenes.ts';
import {
  addScores,
  scoreLooks,
  scoreTracker,
  type FaceTracker,
  type TrackingScore,
} from './tracking-score.ts';

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

interface ShotScene {
  readonly scene: Scene;
  readonly film: readonly Picture[];
  readonly seed: number;
}

export interface ComparisonOptions {
  readonly seeds: readonly number[];
  readonly framesPerSecond?: readonly number[];
  readonly kinds?: readonly SceneKind[];
}

/** Every tracker over every kind of scene at every frame rate, summed up over the seeds. */
export function compareTrackers(options: ComparisonOptions): ComparisonRow[] {
  const { framesPerSecond: rates = frameRates } = options;
  const shots = shotsOf(options);
  return rates.flatMap((framesPerSecond) =>
    Object.entries(trackers).flatMap(([subject, newTracker]) => {
      const scores = shots.map(({ kind, ofKind }) => {
        const ofEach = ofKind.map(({ film }) =>
          scoreTracker({ tracker: newTracker(), film, framesPerSecond }),
        );
        return { kind, score: addScores(ofEach) };
      });
      return rowsOf({ subject, framesPerSecond, scores });
    }),
  );
}

/** The agent's tracker behind its motion gate, which leaves out most of what a still scene shows. */
export async function scoreBehindGate(options: ComparisonOptions): Promise<ComparisonRow[]> {
  const { framesPerSecond: rates = frameRates } = options;
  const shots = shotsOf(options);
  const rows: ComparisonRow[] = [];
  for (const framesPerSecond of rates) {
    const scores: KindScore[] = [];
    for (const { kind, ofKind } of shots) {
      const ofEach: TrackingScore[] = [];
      for (const shot of ofKind) {
        const { looks } = await gatedLooks({ ...shot, framesPerSecond });
        ofEach.push(scoreLooks({ film: shot.film, looks }));
      }
      scores.push({ kind, score: addScores(ofEach) });
    }
    rows.push(...rowsOf({ subject: 'emotion-fleet, gated', framesPerSecond, scores }));
  }
  return rows;
}

function shotsOf(options: ComparisonOptions): { kind: SceneKind; ofKind: ShotScene[] }[] {
  const { seeds, kinds = sceneKinds } = options;
  return kinds.map((kind) => ({
    kind,
    ofKind: seeds.map((seed) => {
      const scene = makeScene({ kind, seed });
      return { scene, seed, film: makeFilm({ scene, seed }) };
    }),
  }));
}

interface KindScore {
  readonly kind: SceneKind;
  readonly score: TrackingScore;
}

function rowsOf(options: {
  subject: string;
  framesPerSecond: number;
  scores: readonly KindScore[];
}): ComparisonRow[] {
  const { subject, framesPerSecond, scores } = options;
  const all = addScores(scores.map(({ score }) => score));
  const sums = scores.length > 1 ? [{ kind: 'all' as const, score: all }] : [];
  return [...scores, ...sums].map(({ kind, score }) => ({
    ...{ subject, kind, framesPerSecond, ...score },
    ratio: score.visits / score.trueVisits,
  }));
}
