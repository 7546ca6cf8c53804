import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scoredEmotions } from '@emotion-fleet/contracts';
import fc from 'fast-check';
import { normaliseScores, roundScores, weightedMean } from '../../src/track/scores.ts';

const value = fc.double({ min: 0, max: 1, noNaN: true });
const anyScores = fc.record({ happy: value, sad: value, neutral: value, other: value });
const validScores = anyScores.map(normaliseScores).filter((scores) => scores !== undefined);

describe('scores', () => {
  it('rounds to four digits whose sum is exactly 1, each within one step', () => {
    fc.assert(
      fc.property(validScores, (scores) => {
        const rounded = roundScores(scores);
        const steps = scoredEmotions.map((emotion) => Math.round(rounded[emotion] * 10_000));
        assert.equal(
          steps.reduce((sum, count) => sum + count, 0),
          10_000,
        );
        for (const emotion of scoredEmotions) {
          assert.ok(rounded[emotion] >= 0 && rounded[emotion] <= 1);
          assert.ok(Math.abs(rounded[emotion] - scores[emotion]) <= 0.0001 + 1e-12);
        }
      }),
    );
  });

  it('refuses what is no probability', () => {
    const happy = { happy: 1, sad: 0, neutral: 0, other: 0 };
    assert.equal(normaliseScores({ ...happy, sad: NaN }), undefined);
    assert.equal(normaliseScores({ ...happy, sad: -0.1 }), undefined);
    assert.equal(normaliseScores({ ...happy, happy: 0 }), undefined);
    assert.equal(normaliseScores({ ...happy, happy: Infinity }), undefined);
  });

  it('keeps the mean of two scores between them', () => {
    fc.assert(
      fc.property(validScores, validScores, value, (old, next, weight) => {
        const mean = weightedMean(old, next, weight);
        for (const emotion of scoredEmotions) {
          const [least, most] = [old[emotion], next[emotion]].toSorted((a, b) => a - b);
          assert.ok(mean[emotion] >= least! - 1e-12 && mean[emotion] <= most! + 1e-12);
        }
      }),
    );
  });
});
