import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as onnxRuntime from 'onnxruntime-node';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';

type Opener = NonNullable<Parameters<typeof openOnnxSession>[0]['importRuntime']>;

/** Adds up what may be of any length and a constant of three, so three or one it must be. */
const openSum = encodeGraph({
  name: 'sum',
  input: { name: 'input', shape: [1, 0] },
  outputs: [{ name: 'result', shape: [1, 0] }],
  nodes: [{ operation: 'Add', inputs: ['input', 'three'], output: 'result', attributes: {} }],
  constants: [{ name: 'three', shape: [1, 3], data: Float32Array.of(1, 2, 3) }],
});

/** ONNX Runtime, with a count of the sessions that were opened and of those that are open. */
function countingRuntime(): { importRuntime: Opener; opened: number; open: number } {
  const counted = {
    opened: 0,
    open: 0,
    importRuntime: async () => ({
      ...onnxRuntime,
      InferenceSession: {
        create: async (bytes: Uint8Array, options: onnxRuntime.InferenceSession.SessionOptions) => {
          const session = await onnxRuntime.InferenceSession.create(bytes, options);
          const release = session.release.bind(session);
          counted.opened += 1;
          counted.open += 1;
          session.release = async () => {
            counted.open -= 1;
            await release();
          };
          return session;
        },
      },
    }),
  };
  return counted;
}

function inputOf(...values: number[]): { data: Float32Array; shape: number[] } {
  return { data: Float32Array.from(values), shape: [1, values.length] };
}

test('says in one sentence that the runtime has no binary for this machine', async () => {
  const importRuntime = async (): Promise<never> => {
    throw new Error('cannot open shared object file');
  };
  await assert.rejects(openOnnxSession({ model: new Uint8Array(), importRuntime }), {
    code: 'inference_unavailable',
    message: /^ONNX Runtime can't be loaded on this machine \(\w+ \w+\)/,
  });
});

test('an open network is opened once for each size, however many ask at once, and closed with all of them', async () => {
  const runtime = countingRuntime();
  const session = await openOnnxSession({ model: openSum, ...runtime });
  assert.equal(runtime.open, 0, 'what only told the shape is not kept');
  const before = runtime.opened;
  await Promise.all([session.run(inputOf(4, 5, 6)), session.run(inputOf(0, 0, 0))]);
  assert.equal(runtime.opened - before, 1);
  await session.run(inputOf(7));
  await session.run(inputOf(1, 1, 1));
  assert.equal(runtime.open, 2);
  await session.close();
  await session.close();
  assert.equal(runtime.open, 0);
});

test('opens nothing any more once it was closed', async () => {
  const runtime = countingRuntime();
  const session = await openOnnxSession({ model: openSum, ...runtime });
  await session.close();
  await assert.rejects(session.run(inputOf(1, 1, 1)), { code: 'inference_unavailable' });
  assert.equal(runtime.open, 0);
});

test('refuses a size that the network does not take, and runs at the next one', async () => {
  const runtime = countingRuntime();
  const session = await openOnnxSession({ model: openSum, ...runtime });
  const twoRows = { data: new Float32Array(6), shape: [2, 3] };
  const message = 'The network takes 1x0 (0: any size), not 2x3.';
  await assert.rejects(session.run(twoRows), { code: 'model_shape_unexpected', message });
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(session.run(inputOf(1, 2)), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'model_shape_unexpected');
      assert.match(error.message, /1x2/);
      return error.cause !== undefined;
    });
  }
  const outputs = await session.run(inputOf(1, 1, 1));
  assert.deepEqual([...outputs.get('result')!.data], [2, 3, 4]);
  await session.close();
  assert.equal(runtime.open, 0);
});
