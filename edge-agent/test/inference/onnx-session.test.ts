import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as onnxRuntime from 'onnxruntime-node';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';
import { int8Options } from '../../src/inference/x86-int8.ts';

type Opener = NonNullable<Parameters<typeof openOnnxSession>[0]['importRuntime']>;

/** Adds up what may be of any length and a constant of three, so three or one it must be. */
const openSum = encodeGraph({
  name: 'sum',
  input: { name: 'input', shape: [1, 0] },
  outputs: [{ name: 'result', shape: [1, 0] }],
  nodes: [{ operation: 'Add', inputs: ['input', 'three'], output: 'result', attributes: {} }],
  constants: [{ name: 'three', shape: [1, 3], data: Float32Array.of(1, 2, 3) }],
});

interface CountingRuntime {
  readonly importRuntime: Opener;
  /** The options of each session that was opened. */
  readonly opened: onnxRuntime.InferenceSession.SessionOptions[];
  /** Sessions that were not released. */
  open: number;
}

function countingRuntime(): CountingRuntime {
  const create = async (
    bytes: Uint8Array,
    options: onnxRuntime.InferenceSession.SessionOptions,
  ): Promise<onnxRuntime.InferenceSession> => {
    const session = await onnxRuntime.InferenceSession.create(bytes, options);
    const release = session.release.bind(session);
    counted.opened.push(options);
    counted.open += 1;
    session.release = async () => {
      counted.open -= 1;
      await release();
    };
    return session;
  };
  // One of its overloads, the one that is used.
  const counting = { create } as typeof onnxRuntime.InferenceSession;
  const importRuntime: Opener = async () => ({ ...onnxRuntime, InferenceSession: counting });
  const counted: CountingRuntime = { importRuntime, opened: [], open: 0 };
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
  const before = runtime.opened.length;
  await Promise.all([session.run(inputOf(4, 5, 6)), session.run(inputOf(0, 0, 0))]);
  assert.equal(runtime.opened.length - before, 1);
  await session.run(inputOf(7));
  await session.run(inputOf(1, 1, 1));
  assert.equal(runtime.open, 2);
  await session.close();
  await session.close();
  assert.equal(runtime.open, 0);
});

test('opens a network in the way in which int8 is right on this processor, whatever its size', async () => {
  const runtime = countingRuntime();
  const session = await openOnnxSession({ model: openSum, ...runtime });
  await session.run(inputOf(1, 2, 3));
  await session.close();
  const expected = { session: await int8Options() };
  assert.deepEqual(
    runtime.opened.map(({ extra }) => extra),
    [expected, expected],
  );
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
