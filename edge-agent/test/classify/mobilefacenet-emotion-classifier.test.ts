import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { cardsDirectory, readModelCards } from '../../models/model-card.ts';
import { MobileFaceNetEmotionClassifier } from '../../src/classify/mobilefacenet-emotion-classifier.ts';
import type { Detection, Frame } from '../../src/ports.ts';
import { describeEmotionClassifier } from '../contracts/emotion-classifier.ts';
import { meanNetwork } from './tiny-networks.ts';

const card = (await readModelCards(cardsDirectory)).get('mobilefacenet-2022july')!;
const face: Detection = {
  box: { x: 100, y: 100, width: 100, height: 120 },
  score: 0.9,
  eyes: [
    { x: 130, y: 140 },
    { x: 170, y: 140 },
  ],
};

let folder: string;
let modelPath: string;

/** The published inputs and outputs; red is angry, green happy, blue sad, grey neutral. */
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'emotion-fleet-mobilefacenet-'));
  modelPath = path.join(folder, 'made-up.onnx');
  const none = [0, 0, 0];
  const weights = [[9, -9, -9], none, none, [-9, 9, -9], none, [-9, -9, 9], none];
  const constants = [0, 0, 0, 0, 2, 0, 0];
  const inputShape = [1, 3, 112, 112] as const;
  await writeFile(modelPath, meanNetwork({ inputShape, weights, constants, output: 'label' }));
});
after(() => rm(folder, { recursive: true, force: true }));

const newClassifier = () => new MobileFaceNetEmotionClassifier({ card, modelPath });

describeEmotionClassifier('MobileFaceNetEmotionClassifier', newClassifier);

function plainFrame([y, u, v]: readonly [number, number, number]): Frame {
  const area = 320 * 240;
  const data = new Uint8Array((area * 3) / 2);
  data
    .fill(y, 0, area)
    .fill(u, area, area * 1.25)
    .fill(v, area * 1.25);
  return { width: 320, height: 240, data, capturedAtMs: 0 };
}

test('gives the network red, green and blue in -1..1, and reads its classes in their order', async () => {
  const classifier = newClassifier();
  await classifier.start();
  // BT.601, limited range.
  const colours = {
    other: [81, 90, 240],
    happy: [145, 54, 34],
    sad: [41, 240, 110],
    neutral: [126, 128, 128],
  } as const;
  for (const [emotion, colour] of Object.entries(colours)) {
    const scores = await classifier.classify(plainFrame(colour), face);
    const [likeliest] = Object.entries(scores).toSorted(([, a], [, b]) => b - a)[0]!;
    assert.equal(likeliest, emotion);
  }
  const white = await classifier.logits(plainFrame([235, 128, 128]), face);
  assert.deepEqual(
    [...white].map((value) => Math.round(value)),
    [-9, 0, 0, -9, 2, -9, 0],
  );
  await classifier.stop();
});

test('says in one sentence that the file is another network, or that it is not there', async () => {
  const otherPath = path.join(folder, 'other.onnx');
  await writeFile(otherPath, meanNetwork({ inputShape: [1, 1, 64, 64], weights: [[1]] }));
  await assert.rejects(new MobileFaceNetEmotionClassifier({ card, modelPath: otherPath }).start(), {
    code: 'model_shape_unexpected',
    message: /other\.onnx isn't OpenCV's MobileFaceNet for expressions/,
  });
  const fewPath = path.join(folder, 'few.onnx');
  await writeFile(fewPath, meanNetwork({ inputShape: [1, 3, 112, 112], weights: [[1, 1, 1]] }));
  const few = new MobileFaceNetEmotionClassifier({ card, modelPath: fewPath });
  await few.start();
  await assert.rejects(few.classify(plainFrame([90, 128, 128]), face), {
    code: 'model_shape_unexpected',
  });
  await few.stop();
  await assert.rejects(new MobileFaceNetEmotionClassifier({ card, modelPath: '/none' }).start(), {
    code: 'model_file_missing',
  });
  await assert.rejects(newClassifier().classify(plainFrame([90, 128, 128]), face), {
    code: 'inference_unavailable',
  });
});
