import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Graph } from '../../models/onnx-graph.ts';
import { quantizeGraph, quantizePerChannel, tensorsToQuantize } from '../../models/quantize.ts';

const graph: Graph = {
  name: 'two convolutions',
  input: { name: 'input', shape: [1, 1, 4, 4] },
  outputs: [{ name: 'result', shape: [1, 1, 4, 4] }],
  nodes: [
    { operation: 'Conv', inputs: ['input', 'w1', 'b1'], output: 'first', attributes: {} },
    { operation: 'Relu', inputs: ['first'], output: 'active', attributes: {} },
    { operation: 'Conv', inputs: ['active', 'w2'], output: 'result', attributes: {} },
  ],
  constants: [
    { name: 'w1', shape: [1, 1, 1, 1], data: Float32Array.of(2) },
    { name: 'b1', shape: [1], data: Float32Array.of(0.5) },
    { name: 'w2', shape: [1, 1, 1, 1], data: Float32Array.of(-1) },
  ],
};
const ranges = { input: [-1, 1], active: [0, 2.5] } as const;

test('keeps each weight within half a step of its channel', () => {
  const weights = fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), {
    minLength: 4,
    maxLength: 4,
  });
  fc.assert(
    fc.property(fc.array(weights, { minLength: 1, maxLength: 5 }), (channels) => {
      const data = Float32Array.from(channels.flat());
      const { values, scales } = quantizePerChannel({ data, channels: channels.length });
      data.forEach((weight, index) => {
        const scale = scales[Math.floor(index / 4)]!;
        assert.ok(Math.abs(values[index]! * scale - weight) <= scale * 0.5001);
      });
    }),
  );
});

test('needs ranges of the input and of what leaves a fused pair, not of the result', () => {
  assert.deepEqual(tensorsToQuantize(graph, 3), ['input', 'active']);
});

test('quantizes the first nodes only and leaves the rest in float', () => {
  const { nodes, constants } = quantizeGraph({ graph, ranges, nodeCount: 2 });
  const convolutions = nodes.filter(({ operation }) => operation === 'Conv');
  assert.deepEqual(
    convolutions.map(({ inputs }) => inputs),
    [
      ['input_dq', 'w1_dq', 'b1_dq'],
      ['active_dq', 'w2'],
    ],
  );
  assert.deepEqual(constants.find(({ name }) => name === 'w1_q')!.data, Int8Array.of(127));
  assert.deepEqual(constants.find(({ name }) => name === 'input_zero')!.data, Uint8Array.of(127));
});

test('names the tensor whose range the calibration lacks', () => {
  assert.throws(() => quantizeGraph({ graph, ranges: { input: [-1, 1] }, nodeCount: 3 }), {
    code: 'model_source_changed',
    message: /no range of active/,
  });
});
