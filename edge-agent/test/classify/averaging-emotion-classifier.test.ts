import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { photoPath, readFrame } from '../../models/calibration-photos.ts';
import { ensureModels } from '../../models/index.ts';
import type { InstalledModels, ModelCard, ModelPass } from '../../models/index.ts';
import {
  AveragingEmotionClassifier,
  type EmotionNetwork,
} from '../../src/classify/averaging-emotion-classifier.ts';
import { BlazeFaceDetector } from '../../src/detect/blazeface-detector.ts';
import { bigXception, createEmotionClassifier } from '../../src/inference/index.ts';
import type { ModelSession } from '../../src/inference/model-session.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';
import type { Detection, EmotionScores, Frame } from '../../src/ports.ts';
import { describeEmotionClassifier } from '../contracts/emotion-classifier.ts';
import { findSeenFace, readPhotoFaces } from '../fixtures/photo-faces.ts';
import { paintedFrame } from '../painted-frame.ts';
import { leftHalfNetwork, meanNetwork } from './tiny-networks.ts';

const { photos, tolerance } = await readPhotoFaces();

interface FoundFace {
  readonly name: string;
  readonly frame: Frame;
  readonly detection: Detection;
  readonly expected: string | null;
}

let cacheDirectory: string;
let models: InstalledModels;
let faces: readonly FoundFace[];

before(async () => {
  cacheDirectory = await mkdtemp(path.join(os.tmpdir(), 'emotion-fleet-models-'));
  models = await ensureModels({ cacheDirectory });
  faces = await findFaces();
});
after(() => rm(cacheDirectory, { recursive: true, force: true }));

async function findFaces(): Promise<FoundFace[]> {
  const detector = new BlazeFaceDetector({ model: models.get('blazeface-back-320x256', 'int8') });
  await detector.start();
  const found: FoundFace[] = [];
  for (const photo of photos) {
    const frame = await readFrame({ file: await photoPath(photo.file), width: 1280 });
    const detections = await detector.detect(frame);
    for (const face of photo.faces) {
      const detection = findSeenFace({ detections, face, frame, tolerance: tolerance.center });
      const name = `${photo.file} at ${face.x}, ${face.y}`;
      if (detection !== undefined) found.push({ name, frame, detection, expected: face.emotion });
    }
  }
  await detector.stop();
  return found;
}

async function classifyAll(precision: 'int8' | 'fp32'): Promise<EmotionScores[]> {
  const classifier = createEmotionClassifier({ models, precision, choice: { kind: 'fast' } });
  assert.equal(classifier.modelId, `big-xception-${precision}`);
  await classifier.start();
  const scores = await Promise.all(
    faces.map(({ frame, detection }) => classifier.classify(frame, detection)),
  );
  await classifier.stop();
  return scores;
}

function bestOf(scores: EmotionScores): string {
  return Object.entries(scores).toSorted(([, a], [, b]) => b - a)[0]![0];
}

test('reads the emotions that a person finds plain', async () => {
  const scores = await classifyAll('int8');
  const plain = faces.map((face, index) => ({ ...face, answer: bestOf(scores[index]!) }));
  const wrong = plain.filter(({ expected, answer }) => expected !== null && expected !== answer);
  assert.ok(plain.filter(({ expected }) => expected !== null).length >= 5);
  assert.ok(
    wrong.length <= tolerance.wrongEmotions,
    wrong.map(({ name, answer }) => `${name}: ${answer}`).join('; '),
  );
});

test('gives scores that add up to one for every face', async () => {
  for (const { happy, sad, neutral, other } of await classifyAll('int8')) {
    assert.ok(Math.abs(happy + sad + neutral + other - 1) < 1e-9);
  }
});

test('agrees in int8 with fp32 within a tenth on average, and on nearly every answer', async () => {
  const [quantized, float] = [await classifyAll('int8'), await classifyAll('fp32')];
  const differences = float.map((scores, index) =>
    Math.abs(scores.happy - quantized[index]!.happy),
  );
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const agreeing = float.filter((scores, index) => bestOf(scores) === bestOf(quantized[index]!));
  assert.ok(mean < 0.1, `mean difference of happy ${mean}`);
  assert.ok(agreeing.length >= float.length * 0.8, `${agreeing.length} of ${float.length} agree`);
});

describeEmotionClassifier('AveragingEmotionClassifier', () => createEmotionClassifier({ models }));

test('sees a face with each look of the card, and averages the logarithms of the answers', async () => {
  const one = { mirrored: false, shiftX: 0, shiftY: 0, scale: 1 };
  const constants = (values: number[]) =>
    meanNetwork({ inputShape: [1, 1, 64, 64], weights: values.map(() => [0]), constants: values });
  const classifier = new AveragingEmotionClassifier({
    card: cardOf([
      { ...one, model: 'first' },
      { ...one, model: 'second' },
      { ...one, model: 'second' },
    ]),
    modelId: 'made-up',
    networks: [
      network('first', constants([1, 0, 0, 2, 0, 0, 0])),
      network('second', constants([0, 0, 0, 0, 5, 0, 0])),
    ],
  });
  await classifier.start();
  const { frame, detection } = faces[0]!;
  const logits = await classifier.logits(frame, detection);
  await classifier.stop();
  const first = Math.log(5 + Math.E + Math.E ** 2);
  const second = Math.log(6 + Math.E ** 5);
  const expected = [1, 0, 0, 2, 10, 0, 0].map((value) => (value - first - 2 * second) / 3);
  logits.forEach((value, index) => assert.ok(Math.abs(value - expected[index]!) < 1e-5));
});

test('asks for all looks before the first one is answered: a thread works while the next is cut out', async () => {
  const one = { model: 'slow', mirrored: false, shiftX: 0, shiftY: 0, scale: 1 };
  const answers: (() => void)[] = [];
  const session: ModelSession = {
    inputShape: [1, 1, 64, 64],
    outputNames: ['logits'],
    run: () =>
      new Promise((resolve) => {
        const logits = { data: new Float32Array(7), shape: [1, 7] };
        answers.push(() => resolve(new Map([['logits', logits]])));
      }),
    close: async () => undefined,
  };
  const classifier = new AveragingEmotionClassifier({
    card: cardOf([one, { ...one, scale: 0.9 }, { ...one, mirrored: true }]),
    modelId: 'made-up',
    networks: [{ id: 'slow', open: async () => session }],
  });
  await classifier.start();
  const { frame, detection } = faces[0]!;
  const logits = classifier.logits(frame, detection);
  assert.equal(answers.length, 3);
  answers.forEach((answer) => answer());
  assert.equal((await logits).length, 7);
  await classifier.stop();
});

test('turns the picture round in a mirrored look, and moves the crop in a shifted one', async () => {
  const one = { model: 'half', mirrored: false, shiftX: 0, shiftY: 0, scale: 1 };
  const shifted = { ...one, shiftX: 0.6 };
  const frame = paintedFrame({
    boxes: [{ x: 300, y: 0, width: 340, height: 480, luma: 235 }],
    seed: 1,
    capturedAtMs: 0,
  });
  // The crop's middle lies on the edge of the white box; the second one is so large that the picture is reduced.
  for (const box of [
    { x: 270, y: 200, width: 60, height: 70 },
    { x: 160, y: 80, width: 280, height: 320 },
  ]) {
    const brightnessAtLeft = async (...passes: ModelPass[]) => {
      const classifier = new AveragingEmotionClassifier({
        card: cardOf(passes),
        modelId: 'made-up',
        networks: [network('half', leftHalfNetwork())],
        normalize: (pixels) => pixels.forEach((value, index) => (pixels[index] = value / 235)),
      });
      await classifier.start();
      const [left = 0, other = 0] = await classifier.logits(frame, { box, score: 1 });
      await classifier.stop();
      return left - other;
    };
    const plain = await brightnessAtLeft(one);
    const right = await brightnessAtLeft(shifted);
    assert.ok(plain < 0.9);
    assert.ok(right > 0.98);
    assert.ok((await brightnessAtLeft({ ...one, mirrored: true })) > 0.98);
    const mean = (plain + right) / 2;
    assert.ok(Math.abs((await brightnessAtLeft(one, shifted)) - mean) < 0.01);
  }
});

test('refuses a card without classes or whose network is missing, and to classify before it is started', async () => {
  const { card } = models.get('big-xception', 'int8');
  const withoutClasses = { ...card, output: { description: 'logits' } };
  const networks = [bigXception(models, 'int8')];
  for (const faulty of [withoutClasses, models.card('xception-pair')]) {
    assert.throws(() => new AveragingEmotionClassifier({ card: faulty, modelId: 'a', networks }), {
      code: 'model_card_invalid',
    });
  }
  const { frame, detection } = faces[0]!;
  await assert.rejects(createEmotionClassifier({ models }).classify(frame, detection), {
    code: 'inference_unavailable',
  });
});

test('closes the networks that are open where another one cannot be opened', async () => {
  let openCount = 0;
  const networks = [
    {
      id: 'first',
      open: async () => {
        openCount += 1;
        const session = await bigXception(models, 'int8').open();
        return { ...session, close: async () => void (openCount -= 1) };
      },
    },
    { id: 'second', open: () => Promise.reject(new Error('no such file')) },
  ];
  const one = { mirrored: false, shiftX: 0, shiftY: 0, scale: 1 };
  const card = cardOf([
    { ...one, model: 'first' },
    { ...one, model: 'second' },
  ]);
  const classifier = new AveragingEmotionClassifier({ card, modelId: 'made-up', networks });
  await assert.rejects(classifier.start(), { message: 'no such file' });
  assert.equal(openCount, 0);
});

function cardOf(passes: ModelPass[]): ModelCard {
  return { ...models.card('xception-pair'), passes };
}

function network(id: string, model: Uint8Array): EmotionNetwork {
  return { id, open: () => openOnnxSession({ model }) };
}
