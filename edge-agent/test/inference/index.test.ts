import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  combinedModelId,
  createDetector,
  createEmotionClassifier,
  ensureModels,
  timeModels,
} from '../../src/inference/index.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

test('creates the default models and each choice of others, with their record ids', async () => {
  await withTemporaryFolder(async (cacheDirectory) => {
    const models = await ensureModels({ cacheDirectory });
    const classifier = createEmotionClassifier({ models });
    const detector = createDetector({ models });
    assert.equal(
      combinedModelId({ detector, classifier }),
      'blazeface-back-320x256-int8+xception-pair-int8',
    );
    assert.equal(
      createDetector({ models, size: '256x192', precision: 'fp32' }).modelId,
      'blazeface-back-256x192-fp32',
    );
    assert.equal(createDetector({ models, yunetPath: '/a.onnx' }).modelId, 'yunet-320x256-fp32');
    const modelIds = (
      [{ kind: 'fast' }, { kind: 'accurate' }, { kind: 'mobilefacenet', path: '/a.onnx' }] as const
    ).map((choice) => createEmotionClassifier({ models, precision: 'fp32', choice }).modelId);
    assert.deepEqual(modelIds, [
      'big-xception-fp32',
      'xception-pair-fp32',
      'mobilefacenet-2022july-fp32',
    ]);
  });
});

test('times both precisions of detector and classifier on this machine', async () => {
  await withTemporaryFolder(async (cacheDirectory) => {
    const models = await ensureModels({ cacheDirectory });
    const timings = await timeModels({ models, size: '256x192' });
    for (const { fastest, medianMs } of [timings.detector, timings.classifier]) {
      assert.ok(medianMs.int8 > 0 && medianMs.fp32 > 0);
      assert.equal(medianMs[fastest], Math.min(medianMs.int8, medianMs.fp32));
    }
  });
});
