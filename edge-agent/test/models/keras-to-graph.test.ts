import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KerasLayer } from '../../models/keras-model.ts';
import { translateKerasClassifier } from '../../models/keras-to-graph.ts';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';

function layer(options: {
  name: string;
  kind: string;
  inputs?: string[];
  config?: Record<string, unknown>;
  weights?: Record<string, { shape: number[]; values: number[] }>;
}): KerasLayer {
  const { name, kind, inputs = [], config = {}, weights = {} } = options;
  const entries = Object.entries(weights).map(
    ([key, { shape, values }]) => [key, { shape, data: Float32Array.from(values) }] as const,
  );
  return { name, kind, inputs, config, weights: new Map(entries) };
}

const input = layer({ name: 'input_1', kind: 'InputLayer' });
const plain = { padding: 'valid', strides: [1, 1], activation: 'linear' };
const head = (from: string) => [
  layer({ name: 'gap', kind: 'GlobalAveragePooling2D', inputs: [from] }),
  layer({ name: 'out', kind: 'Activation', inputs: ['gap'], config: { activation: 'softmax' } }),
];

async function run(layers: readonly KerasLayer[], pixels: number[]): Promise<number[]> {
  const graph = translateKerasClassifier({ layers, name: 'tiny', inputShape: [1, 2, 2, 1] });
  const session = await openOnnxSession({ model: encodeGraph(graph) });
  const data = Float32Array.from(pixels);
  const outputs = await session.run({ data, shape: [1, 1, 2, 2] });
  await session.close();
  return [...outputs.get('logits')!.data].map((value) => Math.round(value * 1e4) / 1e4);
}

test('folds a normalization into the convolution before it, and leaves the softmax out', async () => {
  const layers = [
    input,
    layer({
      name: 'conv',
      kind: 'Conv2D',
      inputs: ['input_1'],
      config: plain,
      weights: {
        kernel: { shape: [1, 1, 1, 2], values: [2, -1] },
        bias: { shape: [2], values: [0, 3] },
      },
    }),
    layer({
      name: 'norm',
      kind: 'BatchNormalization',
      inputs: ['conv'],
      config: { epsilon: 0 },
      weights: {
        gamma: { shape: [2], values: [1, 10] },
        beta: { shape: [2], values: [0.5, 0] },
        moving_mean: { shape: [2], values: [1, 2] },
        moving_variance: { shape: [2], values: [4, 25] },
      },
    }),
    ...head('norm'),
  ];
  // Mean of the pixels 2.5: (2 * 2.5 - 1) / 2 + 0.5 and ((3 - 2.5) - 2) / 5 * 10.
  assert.deepEqual(await run(layers, [1, 2, 3, 4]), [2.5, -3]);
});

test('splits a separable convolution, pools, rectifies and adds', async () => {
  const layers = [
    input,
    layer({
      name: 'separable',
      kind: 'SeparableConv2D',
      inputs: ['input_1'],
      config: { ...plain, padding: 'same' },
      weights: {
        depthwise_kernel: { shape: [1, 1, 1, 1], values: [2] },
        pointwise_kernel: { shape: [1, 1, 1, 2], values: [1, -1] },
      },
    }),
    layer({
      name: 'relu',
      kind: 'Activation',
      inputs: ['separable'],
      config: { activation: 'relu' },
    }),
    layer({
      name: 'pool',
      kind: 'MaxPooling2D',
      inputs: ['relu'],
      config: { pool_size: [2, 2], strides: [2, 2], padding: 'valid' },
    }),
    layer({ name: 'sum', kind: 'Add', inputs: ['pool', 'pool'] }),
    ...head('sum'),
  ];
  assert.deepEqual(await run(layers, [1, 2, 3, -4]), [12, 16]);
});

test('names the layer that it does not know', () => {
  const layers = [input, layer({ name: 'memory', kind: 'LSTM', inputs: ['input_1'] })];
  assert.throws(() => translateKerasClassifier({ layers, name: 'a', inputShape: [1, 2, 2, 1] }), {
    code: 'model_unsupported_operation',
    message: /^Layer memory \(LSTM\) can't be translated/,
  });
});
