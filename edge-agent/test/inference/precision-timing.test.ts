import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureModels } from '../../models/index.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';
import { timePrecisions } from '../../src/inference/precision-timing.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

test('names the precision that takes less time', async () => {
  await withTemporaryFolder(async (cacheDirectory) => {
    const models = await ensureModels({ cacheDirectory });
    // A clock that makes each pass of int8 take 5 ms and each of fp32 3 ms.
    const readings = Array.from({ length: 20 }, (_, pass) => [
      pass * 10,
      pass * 10 + (pass % 2 === 0 ? 5 : 3),
    ]).flat();
    const timing = await timePrecisions({
      int8: models.get('big-xception', 'int8'),
      fp32: models.get('big-xception', 'fp32'),
      openSession: openOnnxSession,
      rounds: 3,
      nowMs: () => readings.shift()!,
    });
    assert.deepEqual(timing, { fastest: 'fp32', medianMs: { int8: 5, fp32: 3 } });
  });
});
