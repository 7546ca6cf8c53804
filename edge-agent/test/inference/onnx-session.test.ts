import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';

const model = encodeGraph({
  name: 'rectifier',
  input: { name: 'input', shape: [1, 3] },
  outputs: [{ name: 'result', shape: [1, 3] }],
  nodes: [{ operation: 'Relu', inputs: ['input'], output: 'result', attributes: {} }],
  constants: [],
});

test('tells the input shape and runs the network', async () => {
  const session = await openOnnxSession({ model });
  assert.deepEqual(session.inputShape, [1, 3]);
  assert.deepEqual(session.outputNames, ['result']);
  const results = await session.run({ data: Float32Array.of(-1, 0, 2), shape: [1, 3] });
  await session.close();
  assert.deepEqual([...results.get('result')!.data], [0, 0, 2]);
});

test('says in one sentence that the runtime has no binary for this machine', async () => {
  const importRuntime = async (): Promise<never> => {
    throw new Error('cannot open shared object file');
  };
  await assert.rejects(openOnnxSession({ model, importRuntime }), {
    code: 'inference_unavailable',
    message: /^ONNX Runtime can't be loaded on this machine \(\w+ \w+\)/,
  });
});

test('refuses bytes that are not a model', async () => {
  await assert.rejects(openOnnxSession({ model: Uint8Array.of(1, 2, 3) }), {
    code: 'model_shape_unexpected',
  });
});
