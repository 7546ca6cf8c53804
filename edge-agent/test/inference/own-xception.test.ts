import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { ownXception } from '../../src/inference/own-xception.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

/** The sum of all pixels is the first of its outputs. */
function sumNetwork(inputShape: readonly number[], outputs: number): Uint8Array {
  const data = Float32Array.from({ length: 4_096 * outputs }, (_, index) =>
    index % outputs === 0 ? 1 : 0,
  );
  return encodeGraph({
    name: 'sum',
    input: { name: 'grey', shape: inputShape },
    outputs: [{ name: 'answer', shape: [1, outputs] }],
    nodes: [
      { operation: 'Flatten', inputs: ['grey'], output: 'flat', attributes: { axis: 1 } },
      { operation: 'MatMul', inputs: ['flat', 'w'], output: 'answer', attributes: {} },
    ],
    constants: [{ name: 'w', shape: [4_096, outputs], data }],
  });
}

async function opened(model: Uint8Array) {
  return withTemporaryFolder(async (folder) => {
    const file = path.join(folder, 'own.onnx');
    await writeFile(file, model);
    return ownXception({ id: 'ours', path: file }).open();
  });
}

test('takes a network with its one channel first or last, whatever its names are', async () => {
  for (const shape of [
    [1, 1, 64, 64],
    [1, 64, 64, 1],
  ]) {
    const session = await opened(sumNetwork(shape, 7));
    const input = { data: new Float32Array(4_096).fill(0.5), shape: [1, 1, 64, 64] };
    const outputs = await session.run(input);
    await session.close();
    assert.deepEqual([...outputs.get('logits')!.data], [2_048, 0, 0, 0, 0, 0, 0]);
  }
});

test('says what another network takes or gives', async () => {
  const code = 'model_shape_unexpected';
  await assert.rejects(opened(sumNetwork([1, 1, 64, 64], 8)), {
    code,
    message:
      'ours is no network for 64x64 grey pictures and seven emotions: it answers with 8 numbers.',
  });
  await assert.rejects(opened(sumNetwork([1, 1, 32, 128], 7)), { code, message: /1x1x32x128/ });
});
