import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { silentLogger, type Logger } from '@emotion-fleet/service';
import { ModelError } from '../../models/index.ts';
import { buildModel, recipes } from '../../models/recipes.ts';
import { InferenceThread } from '../../src/inference/inference-thread.ts';
import { hasTfjsNode } from '../../src/inference/tfjs-backend.ts';

function newThread(backend: 'onnx' | 'tfjs-wasm' | 'tfjs-node', logger: Logger = silentLogger()) {
  return new InferenceThread({ backend, logger });
}

/** Milliseconds of CPU. */
function sum({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

describe('InferenceThread', () => {
  for (const backend of ['onnx', 'tfjs-wasm'] as const) {
    it(`leaves the thread that asks nearly idle while ${backend} computes`, async () => {
      const thread = newThread(backend);
      await thread.start();
      const model = await buildModel(recipes[0]!, 'fp32');
      const session = await thread.openSession({ model });
      const shape = [1, 3, 256, 320];
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
      const [ours, all] = [process.threadCpuUsage(), process.cpuUsage()];
      for (let pass = 0; pass < 10; pass += 1) await session.run({ data, shape });
      const [oursMs, allMs] = [sum(process.threadCpuUsage(ours)), sum(process.cpuUsage(all))];
      await thread.stop();
      assert.ok(oursMs < allMs / 2, `${oursMs} of ${allMs} ms of CPU`);
    });
  }

  it('refuses to run before it was started and after it was stopped', async () => {
    const thread = newThread('onnx');
    const model = await buildModel(recipes[2]!, 'fp32');
    await assert.rejects(thread.openSession({ model }), { code: 'inference_unavailable' });
    await thread.start();
    const session = await thread.openSession({ model });
    await thread.stop();
    const input = { data: new Float32Array(64 * 64), shape: [1, 1, 64, 64] };
    await assert.rejects(session.run(input), { code: 'inference_unavailable' });
  });

  it('gives up what still runs when it is stopped', async () => {
    const thread = newThread('onnx');
    await thread.start();
    const session = await thread.openSession({ model: await buildModel(recipes[2]!, 'fp32') });
    const input = { data: new Float32Array(64 * 64), shape: [1, 1, 64, 64] };
    const running = Promise.allSettled([session.run(input), session.run(input)]);
    await thread.stop();
    for (const outcome of await running) {
      if (outcome.status === 'fulfilled') continue;
      assert.ok(outcome.reason instanceof ModelError);
      assert.equal(outcome.reason.code, 'inference_unavailable');
    }
  });

  it('gives up all that waits for an answer that does not come, says so once, and ends the thread', async () => {
    let hangs = 0;
    const thread = new InferenceThread({
      backend: 'onnx',
      logger: silentLogger(),
      onHang: () => (hangs += 1),
      runLimitMs: 100,
      worker: new URL('silent-worker.ts', import.meta.url),
    });
    await thread.start();
    const session = await thread.openSession({ model: new Uint8Array() });
    const input = { data: new Float32Array(1), shape: [1] };
    const refusal = { code: 'inference_unavailable', message: /hangs/ };
    const [first, second] = [session.run(input), session.run(input)];
    await Promise.all([assert.rejects(first, refusal), assert.rejects(second, refusal)]);
    await assert.rejects(session.run(input), refusal);
    await session.close();
    assert.equal(hangs, 1);
    assert.equal(await thread.stop(), true);
  });

  it('tells what refuses a model by its code', async (t) => {
    const thread = newThread('tfjs-wasm');
    t.after(() => thread.stop());
    await thread.start();
    const quantized = await buildModel(recipes[2]!, 'int8');
    await assert.rejects(thread.openSession({ model: quantized }), {
      name: 'ModelError',
      code: 'model_unsupported_operation',
    });
  });

  it('runs tfjs-node where it is installed, else WebAssembly with a warning', async () => {
    const logger = silentLogger();
    const { mock: warnings } = mock.method(logger, 'warn');
    const thread = newThread('tfjs-node', logger);
    await thread.start();
    const { backend } = thread;
    await thread.stop();
    assert.equal(backend, hasTfjsNode() ? 'tfjs-node' : 'tfjs-wasm');
    assert.equal(warnings.callCount(), hasTfjsNode() ? 0 : 1);
  });
});
