import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { photoPath, readFrame } from '../../models/calibration-photos.ts';
import { ensureModels } from '../../models/index.ts';
import type { InstalledModels } from '../../models/index.ts';
import { OnnxEmotionClassifier } from '../../src/classify/onnx-emotion-classifier.ts';
import { BlazeFaceDetector } from '../../src/detect/blazeface-detector.ts';
import type { Detection, EmotionScores, Frame } from '../../src/ports.ts';
import { findSeenFace, readPhotoFaces } from '../fixtures/photo-faces.ts';

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
  const classifier = new OnnxEmotionClassifier({ model: models.get('big-xception', precision) });
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

test('answers the same for many faces at once as for one after the other', async () => {
  const atOnce = await classifyAll('int8');
  const classifier = new OnnxEmotionClassifier({ model: models.get('big-xception', 'int8') });
  await classifier.start();
  for (const [index, { frame, detection }] of faces.entries()) {
    assert.deepEqual(await classifier.classify(frame, detection), atOnce[index]);
  }
  await classifier.stop();
});

test('refuses a card without classes, and to classify before it is started', async () => {
  const model = models.get('big-xception', 'int8');
  const card = { ...model.card, output: { description: 'logits' } };
  assert.throws(() => new OnnxEmotionClassifier({ model: { ...model, card } }), {
    code: 'model_card_invalid',
  });
  const { frame, detection } = faces[0]!;
  await assert.rejects(new OnnxEmotionClassifier({ model }).classify(frame, detection), {
    code: 'inference_unavailable',
  });
});
