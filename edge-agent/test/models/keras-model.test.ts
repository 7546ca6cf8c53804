import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { File, ready } from 'h5wasm/node';
import { readKerasModel } from '../../models/keras-model.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

/** Writes what Keras 2 writes, with another HDF5 library than the one that reads it. */
async function writeKerasFile(filePath: string): Promise<void> {
  await ready;
  const file = new File(filePath, 'w');
  const layers = [
    { name: 'input_1', class_name: 'InputLayer', config: {}, inbound_nodes: [] },
    {
      name: 'conv',
      class_name: 'Conv2D',
      config: { padding: 'same' },
      inbound_nodes: [[['input_1', 0, 0, {}]]],
    },
  ];
  file.create_attribute('model_config', JSON.stringify({ config: { layers } }));
  const group = file.create_group('model_weights');
  group.create_group('input_1');
  const conv = group.create_group('conv');
  // Fixed length, so that the shorter name is filled up with zeros.
  conv.create_attribute('weight_names', ['conv_1/kernel:0', 'conv_1/bias:0'], null, 'S15');
  const inner = conv.create_group('conv_1');
  inner.create_dataset({ name: 'kernel:0', data: Float32Array.of(1, 2), shape: [1, 1, 1, 2] });
  inner.create_dataset({ name: 'bias:0', data: Float32Array.of(3, 4), shape: [2] });
  file.close();
}

test('reads layers, their order and their weights', async () => {
  await withTemporaryFolder(async (folder) => {
    const filePath = path.join(folder, 'tiny.hdf5');
    await writeKerasFile(filePath);
    const [input, conv] = readKerasModel(await readFile(filePath));
    assert.deepEqual([input!.kind, input!.inputs, input!.weights.size], ['InputLayer', [], 0]);
    assert.deepEqual(
      [conv!.kind, conv!.inputs, conv!.config],
      ['Conv2D', ['input_1'], { padding: 'same' }],
    );
    const { kernel, bias } = Object.fromEntries(conv!.weights);
    assert.deepEqual(
      [kernel!.shape, [...kernel!.data]],
      [
        [1, 1, 1, 2],
        [1, 2],
      ],
    );
    assert.deepEqual([...bias!.data], [3, 4]);
  });
});

test('says in one sentence that bytes are no Keras model', () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.from({ length: 600 }, (_, index) => index)]) {
    assert.throws(() => readKerasModel(bytes), {
      code: 'model_unsupported_operation',
      message: "The file isn't a Keras model in HDF5.",
    });
  }
});
