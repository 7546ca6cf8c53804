import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { photoPath, readFrame } from '../../models/calibration-photos.ts';
import { ensureModels } from '../../models/index.ts';
import { loadBackend, type Backend } from '../../src/inference/backend.ts';
import { createDetector, createEmotionClassifier } from '../../src/inference/index.ts';
import { InferenceThread } from '../../src/inference/inference-thread.ts';
import { hasTfjsNode } from '../../src/inference/tfjs-backend.ts';
import type { SessionOpener } from '../../src/inference/model-session.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';
import type { Detection, EmotionScores } from '../../src/ports.ts';
import { describeModelSession } from '../contracts/model-session.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

const backends: Backend[] = ['onnx', 'tfjs-wasm'];
if (hasTfjsNode()) backends.push('tfjs-node');
else
  process.stdout.write(
    'tfjs-node is not installed here (node scripts/tfjs-node.mjs): not tested.\n',
  );

for (const backend of backends) {
  describeModelSession(backend, async () => {
    const loaded = await loadBackend(backend);
    if (loaded.fallbackReason !== undefined) throw new Error(loaded.fallbackReason);
    return { openSession: loaded.openSession };
  });
}

for (const backend of ['onnx', 'tfjs-wasm'] as const) {
  describeModelSession(`${backend} in a thread`, async () => {
    const thread = new InferenceThread({ backend, logger: silentLogger() });
    await thread.start();
    const tidyUp = async () => {
      await thread.stop();
    };
    return { openSession: thread.openSession, tidyUp };
  });
}

describe('faces and emotions of a photograph', () => {
  const reading = async (openSession: SessionOpener, cacheDirectory: string) => {
    const models = await ensureModels({ cacheDirectory });
    const common = { models, openSession, precision: 'fp32' } as const;
    const [detector, classifier] = [createDetector(common), createEmotionClassifier(common)];
    await Promise.all([detector.start(), classifier.start()]);
    const frame = await readFrame({ file: await photoPath('sample1.jpg'), width: 640 });
    const faces: { detection: Detection; scores: EmotionScores }[] = [];
    for (const detection of await detector.detect(frame)) {
      faces.push({ detection, scores: await classifier.classify(frame, detection) });
    }
    await Promise.all([detector.stop(), classifier.stop()]);
    return faces;
  };

  it('are the same on TensorFlow.js as on ONNX Runtime', async () => {
    await withTemporaryFolder(async (folder) => {
      const expected = await reading(openOnnxSession, folder);
      const { openSession } = await loadBackend('tfjs-wasm');
      const actual = await reading(openSession, folder);
      assert.equal(expected.length, 3);
      assert.equal(actual.length, expected.length);
      for (const [index, { detection, scores }] of expected.entries()) {
        const twin = actual[index]!;
        assert.ok(Math.abs(twin.detection.box.x - detection.box.x) < 0.01);
        assert.ok(Math.abs(twin.detection.box.height - detection.box.height) < 0.01);
        assert.ok(Math.abs(twin.scores.happy - scores.happy) < 1e-3);
      }
    });
  });
});
