import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { readTfjsModel } from '../../models/tfjs-model.ts';
import type { TfjsModel } from '../../models/tfjs-model.ts';
import { GraphBuilder } from '../../models/graph-builder.ts';
import { translateTfjsModel } from '../../models/tfjs-to-graph.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const convolution = {
  name: 'conv',
  op: '_FusedConv2D',
  input: ['picture', 'filter', 'bias'],
  attr: {
    strides: { list: { i: ['1', '1', '1', '1'] } },
    padding: { s: base64('SAME') },
    fused_ops: { list: { s: [base64('BiasAdd'), base64('Relu')] } },
  },
};
const topology = {
  node: [
    { name: 'filter', op: 'Const' },
    { name: 'bias', op: 'Const' },
    { name: 'picture', op: 'Placeholder' },
    convolution,
    { name: 'result', op: 'Identity', input: ['conv'] },
  ],
};

async function readTinyModel(dtype = 'float32'): Promise<TfjsModel> {
  return withTemporaryFolder(async (folder) => {
    await mkdir(folder, { recursive: true });
    const weights = [
      { name: 'filter', shape: [1, 1, 1, 1], dtype },
      { name: 'bias', shape: [1], dtype: 'float32' },
    ];
    const manifest = [{ paths: ['tiny.bin'], weights }];
    const json = { modelTopology: topology, weightsManifest: manifest };
    await writeFile(path.join(folder, 'tiny.json'), JSON.stringify(json));
    await writeFile(path.join(folder, 'tiny.bin'), Buffer.from(Float32Array.of(3, -1).buffer));
    return readTfjsModel(path.join(folder, 'tiny.json'));
  });
}

test('translates a network that computes the same', async () => {
  const builder = new GraphBuilder();
  const outputs = translateTfjsModel({
    model: await readTinyModel(),
    builder,
    inputShape: [1, 2, 2, 1],
  });
  const { name } = outputs.get('result')!;
  const graph = builder.build({
    name: 'tiny',
    input: { name: 'input', shape: [1, 1, 2, 2] },
    outputs: [{ name }],
  });
  const session = await openOnnxSession({ model: encodeGraph(graph) });
  const data = Float32Array.of(0, 1, 2, -5);
  const results = await session.run({ data, shape: [1, 1, 2, 2] });
  await session.close();
  assert.deepEqual([...results.get(name)!.data], [0, 2, 5, 0]);
});

test('names the operation that it does not know', async () => {
  const { weights } = await readTinyModel();
  const nodes = [
    { name: 'picture', op: 'Placeholder' },
    { name: 'wave', op: 'FFT', input: ['picture'] },
  ];
  const translate = (): unknown =>
    translateTfjsModel({
      model: { nodes, weights },
      builder: new GraphBuilder(),
      inputShape: [1, 2, 2, 1],
    });
  assert.throws(translate, { code: 'model_unsupported_operation', message: /wave \(FFT\)/ });
});

test('refuses weights in a compressed form', async () => {
  await assert.rejects(readTinyModel('uint8'), { code: 'model_unsupported_operation' });
});
