/**
 * Writes what a model has to find in the reference pictures: `node edge-agent/models/update-reference-answers.ts`.
 * Only needed when the default models or their framing change.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createDetector, createEmotionClassifier } from '../src/inference/index.ts';
import {
  readReferenceFrame,
  referenceAnswersFile,
  type ReferenceAnswer,
  type ReferenceAnswers,
  type ReferenceFace,
} from '../src/model-update/reference-pictures.ts';
import type { Detection, EmotionScores } from '../src/ports.ts';
import { ensureModels } from './ensure-models.ts';

const width = 960;
/** From which calibrated probability on an emotion is clear. */
const clearScore = 0.6;
const description =
  'What the default models (blazeface-back-320x256 and xception-pair, both fp32) find in the demo photographs of @vladmandic/face-api, plain and mirrored; happy, sad or neutral where its calibrated probability is at least 0.6. Written by models/update-reference-answers.ts.';

const models = await ensureModels({ cacheDirectory: path.resolve('.cache/models') });
const detector = createDetector({ models, precision: 'fp32' });
const classifier = createEmotionClassifier({ models, precision: 'fp32' });
await Promise.all([detector.start(), classifier.start()]);
const pictures: ReferenceAnswer[] = [];
for (const isMirrored of [false, true]) {
  for (let number = 1; number <= 6; number += 1) {
    const file = `sample${number}.jpg`;
    const frame = await readReferenceFrame({ file, isMirrored, width });
    const faces: ReferenceFace[] = [];
    for (const detection of await detector.detect(frame)) {
      const scores = await classifier.classify(frame, detection);
      faces.push({ ...rounded(detection), emotion: clearEmotionOf(scores) });
    }
    pictures.push({ file, isMirrored, faces });
  }
}
await Promise.all([detector.stop(), classifier.stop()]);
const answers: ReferenceAnswers = { description, width, pictures };
await writeFile(referenceAnswersFile, `${JSON.stringify(answers, null, 2)}\n`);

function rounded({ box, score, eyes }: Detection): Detection {
  const point = ({ x, y }: { x: number; y: number }) => ({ x: tenth(x), y: tenth(y) });
  return {
    box: { ...point(box), width: tenth(box.width), height: tenth(box.height) },
    score: Math.round(score * 100) / 100,
    ...(eyes !== undefined && { eyes: [point(eyes[0]), point(eyes[1])] as const }),
  };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** None where it is `other`: that is many kinds of faces, and one of them would stand for all. */
function clearEmotionOf(scores: EmotionScores): ReferenceFace['emotion'] {
  const clear = (['happy', 'sad', 'neutral'] as const).find((name) => scores[name] >= clearScore);
  return clear ?? null;
}
