import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  compareTrackers,
  frameRates,
  scoreBehindGate,
  type ComparisonRow,
} from '../../../evaluate/tracking/compare-trackers.ts';
import { gatedLooks } from '../../../evaluate/tracking/gated-looks.ts';
import { makeFilm } from '../../../evaluate/tracking/film.ts';
import { makeScene, sceneKinds } from '../../../evaluate/tracking/scenes.ts';

/** None of them was looked at while the tracker's constants and the scenes were chosen (those were below 400). */
const seeds = Array.from({ length: 12 }, (_, index) => 501 + index);

/**
 * What is promised at 5 frames/s is kept above it, too. At 3 a walker moves 2.5 face sizes between two looks: the worst
 * scene (standing) had 1.13 visits for each true one, and a face is split half as rarely as by plain IoU only.
 */
const bounds = {
  3: { ratio: 0.15, errors: 0.2, splits: 1 / 2 },
  5: { ratio: 0.1, errors: 0.15, splits: 1 / 3 },
  10: { ratio: 0.1, errors: 0.15, splits: 1 / 3 },
  15: { ratio: 0.1, errors: 0.15, splits: 1 / 3 },
} as const;

describe('the tracker on generated scenes', () => {
  let rows: readonly ComparisonRow[];
  before(() => (rows = compareTrackers({ seeds })));

  for (const rate of frameRates) {
    const bound = bounds[rate];
    const row = (subject: string, kind: string): ComparisonRow =>
      rows.find(
        (one) => one.subject === subject && one.kind === kind && one.framesPerSecond === rate,
      )!;

    for (const kind of [...sceneKinds, 'all']) {
      it(`counts visits within ${bound.ratio * 100} % at ${rate} frames/s: ${kind}`, () => {
        const { ratio, trueVisits } = row('emotion-fleet', kind);
        assert.ok(trueVisits > 50, 'enough to say something');
        assert.ok(Math.abs(ratio - 1) <= bound.ratio, `${ratio.toFixed(3)} for each true one`);
      });

      it(`misses fewer visits and splits fewer faces than plain IoU at ${rate} frames/s: ${kind}`, () => {
        const ours = row('emotion-fleet', kind);
        const plain = row('plain IoU', kind);
        assert.ok(ours.missed < plain.missed / 2, `${ours.missed}, plain ${plain.missed}`);
        assert.ok(ours.fragmentations < plain.fragmentations * bound.splits);
      });
    }

    it(`does not reach its count at ${rate} frames/s by errors that cancel out`, () => {
      const { missed, repeated, unfounded, trueVisits } = row('emotion-fleet', 'all');
      assert.ok(missed < bound.errors * trueVisits, `${missed} missed of ${trueVisits}`);
      assert.ok(repeated + unfounded < bound.errors * trueVisits);
    });
  }
});

describe('the tracker behind the motion gate', () => {
  const few = { seeds: seeds.slice(0, 6), framesPerSecond: [5] };

  it('is looked at for less of a still scene than of a moving one', async () => {
    const shares = new Map<string, number>();
    for (const kind of ['standing', 'waiting'] as const) {
      const scene = makeScene({ kind, seed: 501 });
      const film = makeFilm({ scene, seed: 501 });
      const { pictures } = await gatedLooks({ scene, film, seed: 501, framesPerSecond: 5 });
      shares.set(kind, pictures.detected / (pictures.taken / 3));
    }
    assert.ok(
      shares.get('standing')! > 0.9,
      `${shares.get('standing')} of the looks at 5 frames/s`,
    );
    assert.ok(shares.get('waiting')! < 0.6, `${shares.get('waiting')} of the looks`);
  });

  it('counts what it counts without the gate, within 10 %', async () => {
    const options = { ...few, kinds: ['waiting'] as const };
    const [gated] = await scoreBehindGate(options);
    const [free] = compareTrackers(options);
    assert.ok(free!.trueVisits > 50, 'enough to say something');
    const change = (gated!.visits - free!.visits) / free!.trueVisits;
    assert.ok(Math.abs(change) <= 0.1, `${free!.visits} visits became ${gated!.visits}`);
    assert.ok(gated!.missed <= free!.missed + 0.05 * free!.trueVisits);
  });
});
