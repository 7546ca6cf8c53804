import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  compareTrackers,
  type ComparisonRow,
} from '../../../evaluate/tracking/compare-trackers.ts';
import { sceneKinds } from '../../../evaluate/tracking/scenes.ts';

/** None of them was looked at while the tracker's constants and the scenes were chosen (those were below 400). */
const seeds = Array.from({ length: 12 }, (_, index) => 501 + index);

describe('the tracker on generated scenes', () => {
  let rows: readonly ComparisonRow[];
  before(() => (rows = compareTrackers({ seeds, framesPerSecond: [5] })));

  const row = (subject: string, kind: string): ComparisonRow =>
    rows.find((one) => one.subject === subject && one.kind === kind)!;

  for (const kind of [...sceneKinds, 'all']) {
    it(`counts visits within 10 % at 5 frames/s: ${kind}`, () => {
      const { ratio, trueVisits } = row('emotion-fleet', kind);
      assert.ok(trueVisits > 50, 'enough to say something');
      assert.ok(Math.abs(ratio - 1) <= 0.1, `${ratio.toFixed(3)} visits for each true one`);
    });

    it(`finds more visits and splits fewer faces than plain IoU: ${kind}`, () => {
      const ours = row('emotion-fleet', kind);
      const plain = row('plain IoU', kind);
      assert.ok(ours.missed < plain.missed / 2, `${ours.missed} of ${plain.missed} missed`);
      assert.ok(ours.fragmentations < plain.fragmentations / 3);
    });
  }

  it('does not reach its count by errors that cancel out', () => {
    const { missed, repeated, unfounded, trueVisits } = row('emotion-fleet', 'all');
    assert.ok(missed < 0.15 * trueVisits, `${missed} missed of ${trueVisits}`);
    assert.ok(repeated + unfounded < 0.15 * trueVisits);
  });
});
