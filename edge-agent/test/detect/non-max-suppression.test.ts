import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { intersectionOverUnion, suppressNonMaxima } from '../../src/detect/non-max-suppression.ts';

const size = fc.integer({ min: 1, max: 60 });
const place = fc.integer({ min: 0, max: 100 });
const box = fc.record({ x: place, y: place, width: size, height: size });
const detections = fc.array(fc.record({ box, score: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  maxLength: 30,
});

test('measures the overlap the same from both sides, 1 with itself, 0 apart', () => {
  fc.assert(
    fc.property(box, box, (first, second) => {
      const overlap = intersectionOverUnion(first, second);
      assert.ok(overlap >= 0 && overlap <= 1);
      assert.equal(overlap, intersectionOverUnion(second, first));
      assert.equal(intersectionOverUnion(first, first), 1);
    }),
  );
});

test('keeps the best, no two that overlap, and drops only what a better one covers', () => {
  fc.assert(
    fc.property(detections, (candidates) => {
      const kept = suppressNonMaxima({ detections: candidates, maximumOverlap: 0.3 });
      const overlaps = (a: (typeof candidates)[0], b: (typeof candidates)[0]): boolean =>
        intersectionOverUnion(a.box, b.box) > 0.3;
      kept.forEach((detection, index) => {
        assert.ok(index === 0 || detection.score <= kept[index - 1]!.score);
        assert.ok(kept.every((other) => other === detection || !overlaps(detection, other)));
      });
      for (const dropped of candidates.filter((candidate) => !kept.includes(candidate))) {
        assert.ok(
          kept.some((better) => better.score >= dropped.score && overlaps(better, dropped)),
        );
      }
    }),
  );
});

test('changes nothing when it is applied again', () => {
  fc.assert(
    fc.property(detections, (candidates) => {
      const once = suppressNonMaxima({ detections: candidates, maximumOverlap: 0.3 });
      assert.deepEqual(suppressNonMaxima({ detections: once, maximumOverlap: 0.3 }), once);
    }),
  );
});
