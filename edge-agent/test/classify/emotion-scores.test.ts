import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { toEmotionScores } from '../../src/classify/emotion-scores.ts';

const classes = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];

test('adds up to one and folds the further classes into other, for all logits', () => {
  const logit = fc.float({ min: -200, max: 200, noNaN: true });
  fc.assert(
    fc.property(fc.array(logit, { minLength: 7, maxLength: 7 }), (values) => {
      const logits = Float32Array.from(values);
      const { happy, sad, neutral, other } = toEmotionScores({
        logits,
        classes,
        temperature: 1.66,
      });
      assert.ok(Math.abs(happy + sad + neutral + other - 1) < 1e-9);
      assert.ok([happy, sad, neutral, other].every((score) => score >= 0 && score <= 1));
    }),
  );
});

test('gives each class its place and four sevenths to other where all are equal', () => {
  const scores = toEmotionScores({ logits: new Float32Array(7), classes, temperature: 1 });
  assert.ok(Math.abs(scores.other - 4 / 7) < 1e-9);
  const happy = toEmotionScores({
    logits: Float32Array.of(0, 0, 0, 9, 0, 0, 0),
    classes,
    temperature: 1,
  });
  assert.ok(happy.happy > 0.99);
});

test('is less sure at a higher temperature', () => {
  const logits = Float32Array.of(0, 0, 0, 3, 0, 0, 0);
  const cold = toEmotionScores({ logits, classes, temperature: 1 });
  const warm = toEmotionScores({ logits, classes, temperature: 1.66 });
  assert.ok(warm.happy < cold.happy);
});
