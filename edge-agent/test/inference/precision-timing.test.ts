import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensureModels, type Precision } from '../../models/index.ts';
import type { SessionOpener } from '../../src/inference/index.ts';
import { timePrecisions, type PrecisionTiming } from '../../src/inference/precision-timing.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

/** Times with sessions of which a pass takes this long, by a clock that only they move. */
async function timeWith(
  passMs: Readonly<Record<Precision, number>>,
): Promise<{ timing: PrecisionTiming; passes: Record<Precision, number> }> {
  return withTemporaryFolder(async (cacheDirectory) => {
    const models = await ensureModels({ cacheDirectory });
    let nowMs = 0;
    const passes = { int8: 0, fp32: 0 };
    // Opened in this order.
    const order: Precision[] = ['int8', 'fp32'];
    const openSession: SessionOpener = async () => {
      const precision = order.shift()!;
      return {
        inputShape: [],
        outputNames: [],
        run: async () => {
          passes[precision] += 1;
          nowMs += passMs[precision];
          return new Map();
        },
        close: async () => undefined,
      };
    };
    const [int8, fp32] = order.map((precision) => models.get('big-xception', precision));
    const options = { int8: int8!, fp32: fp32!, openSession, nowMs: () => nowMs };
    return { timing: await timePrecisions(options), passes };
  });
}

test('names the precision that takes less time', async () => {
  const { timing, passes } = await timeWith({ int8: 5, fp32: 3 });
  assert.deepEqual(timing, { fastest: 'fp32', medianMs: { int8: 5, fp32: 3 } });
  assert.deepEqual(passes, { int8: 11, fp32: 11 });
  assert.equal((await timeWith({ int8: 3, fp32: 5 })).timing.fastest, 'int8');
});

test('takes fewer passes on a machine so slow that the first start would wait for minutes', async () => {
  const { timing, passes } = await timeWith({ int8: 4_000, fp32: 7_000 });
  assert.deepEqual(timing, { fastest: 'int8', medianMs: { int8: 4_000, fp32: 7_000 } });
  assert.deepEqual(passes, { int8: 5, fp32: 5 });
});
