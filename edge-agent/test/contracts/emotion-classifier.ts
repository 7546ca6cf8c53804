import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scoredEmotions } from '@emotion-fleet/contracts';
import fc from 'fast-check';
import type { EmotionClassifier } from '../../src/ports.ts';
import { paintedFrame } from '../painted-frame.ts';

/** What every `EmotionClassifier` does; the fake and each adapter run it. */
export function describeEmotionClassifier(
  name: string,
  newClassifier: () => Promise<EmotionClassifier> | EmotionClassifier,
): void {
  async function withClassifier(use: (classifier: EmotionClassifier) => Promise<void>) {
    const classifier = await newClassifier();
    await classifier.start();
    try {
      await use(classifier);
    } finally {
      await classifier.stop();
    }
  }

  describe(`${name} as an EmotionClassifier`, () => {
    it('gives probabilities for any box and any eyes, also beyond the frame', async () => {
      const frame = paintedFrame({ seed: 7, capturedAtMs: 0 });
      const place = fc.double({ min: -2 * frame.width, max: 3 * frame.width, noNaN: true });
      const size = fc.double({ min: 1, max: 2 * frame.height, noNaN: true });
      const point = fc.record({ x: place, y: place });
      const faces = fc.record(
        {
          box: fc.record({ x: place, y: place, width: size, height: size }),
          score: fc.constant(0.9),
          eyes: fc.tuple(point, point),
        },
        { requiredKeys: ['box', 'score'] },
      );
      await withClassifier(async (classifier) => {
        await fc.assert(
          fc.asyncProperty(faces, async (face) => {
            const scores = await classifier.classify(frame, face);
            const values = scoredEmotions.map((emotion) => scores[emotion]);
            assert.ok(values.every((value) => value >= 0 && value <= 1));
            assert.ok(Math.abs(values.reduce((sum, value) => sum + value, 0) - 1) < 1e-6);
          }),
          { numRuns: 30 },
        );
      });
    });

    it('answers the same for faces at once, one by one, and after another start', async () => {
      const frame = paintedFrame({ seed: 3, capturedAtMs: 0 });
      const faces = [8, 16, 24].map((x) => ({ box: { x, y: 8, width: 24, height: 30 }, score: 1 }));
      await withClassifier(async (classifier) => {
        const atOnce = await Promise.all(faces.map((face) => classifier.classify(frame, face)));
        await classifier.stop();
        await classifier.start();
        for (const [index, face] of faces.entries()) {
          assert.deepEqual(await classifier.classify(frame, face), atOnce[index]);
        }
      });
    });

    it('has a name and a threshold for each emotion', async () => {
      await withClassifier(async ({ modelId, thresholds }) => {
        assert.match(modelId, /^[a-z0-9-]+$/);
        for (const emotion of scoredEmotions) {
          assert.ok(thresholds[emotion] >= 0 && thresholds[emotion] <= 1, emotion);
        }
      });
    });

    it('starts twice, and stops twice and unstarted', async () => {
      const classifier = await newClassifier();
      await classifier.stop();
      await classifier.start();
      await classifier.start();
      await classifier.stop();
      await classifier.stop();
    });
  });
}
