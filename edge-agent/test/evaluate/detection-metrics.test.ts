import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  averagePrecision,
  countFaces,
  precisionAndRecallAt,
  type DetectedFrame,
} from '../../evaluate/detection-metrics.ts';
import type { Box, Detection } from '../../src/ports.ts';

const from24 = { from: 24, to: Infinity };
const at = (x: number, height = 40): Box => ({ x, y: 0, width: 30, height });
const found = (x: number, score: number, height = 40): Detection => ({ box: at(x, height), score });

test('gives the area under the raised precision curve', () => {
  const frames: DetectedFrame[] = [
    { truths: [at(0), at(100)], detections: [found(0, 0.9), found(200, 0.8), found(101, 0.7)] },
    { truths: [at(0)], detections: [] },
  ];
  // Recall 1/3 at precision 1, then 2/3 at 2 of 3; the third face is never found.
  assert.equal(averagePrecision(frames, from24), 1 / 3 + (1 / 3) * (2 / 3));
  assert.deepEqual(precisionAndRecallAt(frames, { range: from24, minimumScore: 0.75 }), {
    precision: 1 / 2,
    recall: 1 / 3,
  });
});

test('counts a second detection of a face as wrong', () => {
  const frames = [{ truths: [at(0)], detections: [found(0, 0.9), found(1, 0.8)] }];
  assert.equal(averagePrecision(frames, from24), 1);
  const { precision } = precisionAndRecallAt(frames, { range: from24, minimumScore: 0 });
  assert.equal(precision, 1 / 2);
});

test('takes faces that are too small as neither right nor wrong', () => {
  const small = at(100, 20);
  const frames = [
    { truths: [at(0), small], detections: [found(0, 0.5), { box: small, score: 0.9 }] },
    // Nothing is there, and what was found is too small to count.
    { truths: [], detections: [found(0, 0.95, 20)] },
  ];
  assert.equal(countFaces(frames, from24), 1);
  assert.equal(averagePrecision(frames, from24), 1);
  assert.equal(averagePrecision(frames, { from: 48, to: Infinity }), null);
});

test('asks for an overlap of half', () => {
  const shifted = (share: number) => [{ truths: [at(0)], detections: [found(30 * share, 0.9)] }];
  assert.equal(averagePrecision(shifted(0.32), from24), 1);
  assert.equal(averagePrecision(shifted(0.35), from24), 0);
});

test('is a share, falls with a false alarm and depends on the order of the scores alone', () => {
  const box = fc.record({
    x: fc.integer({ min: 0, max: 60 }),
    y: fc.integer({ min: 0, max: 60 }),
    width: fc.integer({ min: 10, max: 60 }),
    height: fc.integer({ min: 10, max: 60 }),
  });
  const score = fc.integer({ min: 1, max: 1_000 }).map((value) => value / 1_001);
  const frame = fc.record({
    truths: fc.array(box, { maxLength: 4 }),
    detections: fc.uniqueArray(fc.record({ box, score }), {
      maxLength: 5,
      selector: (detection) => detection.score,
    }),
  });
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 3 }), (frames) => {
      const area = averagePrecision(frames, from24);
      if (area === null) return;
      assert.ok(area >= 0 && area <= 1 + 1e-9);
      const squeezed = frames.map(({ truths, detections }) => ({
        truths,
        detections: detections.map((one) => ({ ...one, score: one.score / 2 })),
      }));
      assert.ok(Math.abs(averagePrecision(squeezed, from24)! - area) < 1e-9);
      const alarm = { truths: [], detections: [found(0, 0.9999)] };
      assert.ok(averagePrecision([...frames, alarm], from24)! <= area + 1e-9);
    }),
  );
});
