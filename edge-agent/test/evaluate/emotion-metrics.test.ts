import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  accuracyAtCoverage,
  accuracyOf,
  expectedCalibrationError,
  fitTemperature,
  negativeLogLikelihood,
  precisionAndRecallOf,
  softmax,
  thresholdForPrecision,
} from '../../evaluate/emotion-metrics.ts';

const near = (value: number, expected: number) => Math.abs(value - expected) < 1e-9;

test('counts right answers, and one that was not given as wrong', () => {
  const answers = [
    { truth: 0, answer: 0 },
    { truth: 1, answer: 0 },
    { truth: 1, answer: 1 },
    { truth: 1, answer: undefined },
  ];
  assert.equal(accuracyOf(answers), 1 / 2);
  assert.deepEqual(precisionAndRecallOf(answers, ['a', 'b', 'c']), {
    precision: { a: 1 / 2, b: 1, c: null },
    recall: { a: 1, b: 1 / 3, c: null },
  });
  assert.equal(accuracyOf([]), null);
});

test('measures how far confidence and accuracy lie apart', () => {
  const bin = (confidence: number, right: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ confidence, isRight: index < right }));
  // 10 answers at 0.9 of which 5 are right, 10 at 0.5 of which 5 are right.
  const answers = [...bin(0.9, 5, 10), ...bin(0.5, 5, 10)];
  assert.ok(near(expectedCalibrationError(answers), 0.2));
  assert.equal(expectedCalibrationError([]), 0);
});

test('gives the accuracy of the most confident share', () => {
  const answers = [0.5, 0.9, 0.7, 0.6].map((confidence) => ({
    confidence,
    isRight: confidence > 0.6,
  }));
  assert.equal(accuracyAtCoverage(answers, 0.5), 1);
  assert.equal(accuracyAtCoverage(answers, 0.75), 2 / 3);
  assert.equal(accuracyAtCoverage(answers, 0), null);
});

test('finds the lowest threshold that keeps a precision, and needs thirty answers for it', () => {
  // Of the 40 most confident answers all are right, then every second one.
  const answers = Array.from({ length: 100 }, (_, index) => ({
    confidence: 1 - index / 100,
    isRight: index < 40 || index % 2 === 1,
  }));
  // 40 + 30 right of 100.
  assert.equal(thresholdForPrecision(answers, 0.7), answers[99]!.confidence);
  // 40 + 10 right of 60, 40 + 11 of 62 is less than 5 in 6.
  assert.equal(thresholdForPrecision(answers, 5 / 6), answers[59]!.confidence);
  const alike = answers.slice(20, 60).map(({ isRight }) => ({ confidence: 0.5, isRight }));
  assert.equal(thresholdForPrecision(alike, 0.8), undefined);
  assert.equal(thresholdForPrecision(alike, 0.7), 0.5);
  assert.equal(thresholdForPrecision(answers.slice(0, 29), 0.5), undefined);
  assert.equal(thresholdForPrecision(answers.slice(40), 0.9), undefined);
});

test('fits the temperature that the labels were drawn at', () => {
  // Of two classes with logits x and 0 the first is right with the probability at temperature 2.5.
  const samples = [-4, -2, -1, 0, 1, 2, 4].flatMap((logit) => {
    const logits = Float32Array.of(logit, 0);
    const right = Math.round(softmax(logits, 2.5)[0]! * 2_000);
    return Array.from({ length: 2_000 }, (_, index) => ({ truth: index < right ? 0 : 1, logits }));
  });
  assert.ok(Math.abs(fitTemperature(samples) - 2.5) < 0.02);
});

test('finds no likelier temperature beside the fitted one, whatever the logits', () => {
  const logits = fc
    .array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: 3, maxLength: 3 })
    .map((values) => Float32Array.from(values));
  const sample = fc.record({ logits, truth: fc.integer({ min: 0, max: 2 }) });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), (samples) => {
      const fitted = fitTemperature(samples);
      const best = negativeLogLikelihood(samples, fitted);
      for (const temperature of [0.2, 0.5, 1, fitted * 0.9, fitted * 1.1, 3, 10]) {
        if (temperature < 0.2 || temperature > 10) continue;
        assert.ok(negativeLogLikelihood(samples, temperature) >= best - 1e-3);
      }
    }),
    { numRuns: 50 },
  );
});

test('gives probabilities that add up to one, also of large logits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.float({ min: -1_000, max: 1_000, noNaN: true }), { minLength: 1, maxLength: 7 }),
      fc.double({ min: 0.2, max: 10, noNaN: true }),
      (logits, temperature) => {
        const values = softmax(Float32Array.from(logits), temperature);
        assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-9);
      },
    ),
  );
});
