import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emotionRow } from '../../evaluate/emotion-row.ts';
import { tablesOf } from '../../evaluate/report.ts';
import type { Calibration } from '../../src/classify/calibrated-classifier.ts';

const classes = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'];
const classifier: Calibration = {
  classes,
  temperature: 1,
  thresholds: { happy: 0.5, sad: 0.9, neutral: 0.5, other: 0.5 },
};

/** A face labelled `truth` that gets these probabilities; the rest goes to disgust. */
function faces(count: number, truth: string, said: Record<string, number>) {
  const given = Object.values(said).reduce((sum, value) => sum + value, 0);
  const probabilities = classes.map(
    (name) => said[name] ?? (name === 'disgust' ? 1 - given : 1e-9),
  );
  const logits = Float32Array.from(probabilities, (value) => Math.log(Math.max(value, 1e-9)));
  return Array.from({ length: count }, () => ({ truth: classes.indexOf(truth), logits }));
}

test('says of each emotion what the product would say, and of seven classes what the network says', () => {
  const samples = [
    ...faces(6, 'happy', { happy: 0.8, sad: 0.1 }),
    ...faces(2, 'neutral', { happy: 0.7, neutral: 0.2 }),
    ...faces(2, 'sad', { sad: 0.95 }),
    // Likeliest, but not likely enough to be said.
    ...faces(2, 'sad', { sad: 0.6, happy: 0.2 }),
    // Three classes that are `other` together outweigh the likeliest one.
    ...faces(2, 'angry', { sad: 0.4, angry: 0.3, fear: 0.3 }),
  ];
  const row = emotionRow({ classifier, samples, medianMs: 1 });
  assert.equal(row.faces, 14);
  assert.equal(row.accuracy7, 10 / 14);
  assert.equal(row.accuracy3, 10 / 12);
  assert.deepEqual(row.precision, { happy: 6 / 8, sad: 1, neutral: null, other: 1 });
  assert.deepEqual(row.recall, { happy: 1, sad: 1 / 2, neutral: 0, other: 1 });
  assert.equal(row.coverage, 12 / 14);
  assert.deepEqual(row.withoutThresholds.recall, { happy: 1, sad: 1, neutral: 0, other: 1 });
  assert.deepEqual(row.sevenClasses.precision['sad'], 4 / 6);
  assert.deepEqual(row.accuracyAtCoverage, { 100: 12 / 14, 80: 9 / 11, 60: 1 });
});

test('fits thresholds and temperature on one half for the other', () => {
  const half = [
    ...faces(40, 'sad', { sad: 0.8 }),
    ...faces(30, 'sad', { sad: 0.6 }),
    ...faces(60, 'disgust', { sad: 0.6 }),
  ];
  // Both halves are alike: each face twice in a row.
  const samples = half.flatMap((sample) => [sample, sample]);
  const row = emotionRow({ classifier, samples, medianMs: 1 });
  assert.ok(Math.abs(row.sad.threshold! - 0.8) < 1e-6);
  assert.deepEqual(row.sad.crossFitted, { precision: 1, recall: 40 / 70 });
  const fitted = { ...classifier, temperature: row.temperature.fitted };
  const atFitted = emotionRow({ classifier: fitted, samples, medianMs: 1 });
  assert.ok(Math.abs(row.eceCrossFitted - atFitted.ece) < 1e-4);
  assert.equal(row.temperature.card, 1);
});

test('says what "sad" is worth from a probability of 0.6 on, whatever the threshold of the card', () => {
  const samples = [
    ...faces(3, 'sad', { sad: 0.7 }),
    ...faces(1, 'neutral', { sad: 0.65, neutral: 0.2 }),
    // Likeliest, and below.
    ...faces(4, 'sad', { sad: 0.55 }),
    ...faces(1, 'happy', { sad: 0.55 }),
    ...faces(1, 'sad', { neutral: 0.9 }),
  ];
  const row = emotionRow({ classifier, samples, medianMs: 1 });
  assert.deepEqual(row.sad.from60, { precision: 3 / 4, recall: 3 / 8 });
  const report = { detection: null, emotion: { some: row }, comparisons: null };
  const tables = tablesOf({ ...report, leftOut: { detection: 0, emotion: 0 } });
  const [head, line] = tables.split('\n').filter((text) => /^Precision|^some, as/.test(text));
  assert.match(head!, /sad from 0\.6$/);
  assert.match(line!, / 75\.0 \/ 37\.5$/);
});
