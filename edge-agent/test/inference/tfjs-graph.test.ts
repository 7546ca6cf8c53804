import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeGraph, type Graph, type GraphNode } from '../../models/onnx-graph.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';
import { loadTfjsWasm } from '../../src/inference/tfjs-backend.ts';
import { openTfjsSession } from '../../src/inference/tfjs-session.ts';

const tf = await loadTfjsWasm();
const inputShape = [1, 4, 7, 9];

function values(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * 12.9898 + 1));
}

function node(operation: string, inputs: string[], output: string, attributes = {}): GraphNode {
  return { operation, inputs, output, attributes };
}

const constants = {
  dense: { name: 'dense', shape: [6, 4, 3, 3], data: values(6 * 4 * 9) },
  depthwise: { name: 'depthwise', shape: [8, 1, 3, 3], data: values(8 * 9) },
  grouped: { name: 'grouped', shape: [4, 2, 3, 3], data: values(4 * 2 * 9) },
  bias: { name: 'bias', shape: [6], data: values(6) },
  pads: {
    name: 'pads',
    shape: [8],
    data: BigInt64Array.from([0, 0, 1, 2, 0, 3, 0, 1].map(BigInt)),
  },
  rows: { name: 'rows', shape: [3], data: BigInt64Array.of(1n, 63n, 4n) },
};

function graphOf(nodes: GraphNode[]): Graph {
  const output = nodes.at(-1)!.output;
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  return {
    name: 'test',
    input: { name: 'input', shape: inputShape },
    outputs: [{ name: output }],
    nodes,
    constants: Object.values(constants).filter(({ name }) => used.has(name)),
  };
}

function window(kernel: number, stride: number, pads: number[]) {
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads };
}

const graphs: Record<string, GraphNode[]> = {
  'a convolution without padding': [
    node('Conv', ['input', 'dense', 'bias'], 'a', window(3, 1, [0, 0, 0, 0])),
  ],
  "a convolution with TensorFlow's padding and a rectifier": [
    node('Conv', ['input', 'dense', 'bias'], 'a', window(3, 2, [1, 1, 1, 1])),
    node('Relu', ['a'], 'b'),
  ],
  'a convolution with a padding that TensorFlow has no word for': [
    node('Conv', ['input', 'dense'], 'a', window(3, 2, [2, 0, 1, 3])),
  ],
  'a depthwise convolution with two outputs a channel': [
    node('Conv', ['input', 'depthwise'], 'a', { ...window(3, 1, [1, 1, 1, 1]), group: 4 }),
  ],
  'the maximum over windows, padded in both ways': [
    node('MaxPool', ['input'], 'a', window(2, 2, [0, 0, 1, 1])),
    node('MaxPool', ['a'], 'b', window(3, 2, [2, 2, 0, 0])),
  ],
  'a rectifier that is read twice, added in both layouts': [
    node('Relu', ['input'], 'a'),
    node('Pad', ['input', 'pads'], 'b'),
    node('MaxPool', ['a'], 'c', window(1, 1, [0, 0, 0, 0])),
    node('Add', ['a', 'c'], 'd'),
    node('Add', ['d', 'input'], 'e'),
  ],
  'padding of channels, height and width': [node('Pad', ['input', 'pads'], 'a')],
  'the mean of each channel, flattened': [
    node('GlobalAveragePool', ['input'], 'a'),
    node('Flatten', ['a'], 'b', { axis: 1 }),
  ],
  'rows of an output map, joined': [
    node('MaxPool', ['input'], 'a', window(1, 1, [0, 0, 0, 0])),
    node('Transpose', ['a'], 'b', { perm: [0, 2, 3, 1] }),
    node('Reshape', ['b', 'rows'], 'c'),
    node('Transpose', ['input'], 'd', { perm: [0, 2, 3, 1] }),
    node('Reshape', ['d', 'rows'], 'e'),
    node('Concat', ['c', 'e'], 'f', { axis: 2 }),
    node('Identity', ['f'], 'g'),
  ],
};

describe('TfjsGraph', () => {
  for (const [name, nodes] of Object.entries(graphs)) {
    it(`runs ${name} as ONNX Runtime does`, async () => {
      const model = encodeGraph(graphOf(nodes));
      const input = { data: values(4 * 7 * 9), shape: inputShape };
      const reference = await openOnnxSession({ model });
      const session = openTfjsSession({ model, tf });
      const [[expected], [actual]] = [
        [...(await reference.run(input)).values()],
        [...(await session.run(input)).values()],
      ];
      await Promise.all([reference.close(), session.close()]);
      assert.deepEqual(actual!.shape, expected!.shape);
      for (const [index, value] of expected!.data.entries()) {
        assert.ok(Math.abs(value - actual!.data[index]!) < 1e-4, `at ${index}`);
      }
    });
  }

  it('leaves no tensor behind, neither after a pass nor after its end', async () => {
    const before = tf.memory().numTensors;
    const session = openTfjsSession({
      model: encodeGraph(graphOf(graphs['rows of an output map, joined']!)),
      tf,
    });
    const input = { data: values(4 * 7 * 9), shape: inputShape };
    await session.run(input);
    const afterOne = tf.memory().numTensors;
    await session.run(input);
    assert.equal(tf.memory().numTensors, afterOne);
    await session.close();
    assert.equal(tf.memory().numTensors, before);
  });

  it('names the operation that it has not got', async () => {
    const unknown = graphOf([node('Sigmoid', ['input'], 'a')]);
    const grouped = graphOf([
      node('Conv', ['input', 'grouped'], 'a', { ...window(3, 1, [0, 0, 0, 0]), group: 2 }),
    ]);
    assert.throws(() => openTfjsSession({ model: encodeGraph(unknown), tf }), {
      code: 'model_unsupported_operation',
      message: /Sigmoid/,
    });
    await assert.rejects(
      openTfjsSession({ model: encodeGraph(grouped), tf }).run({
        data: values(4 * 7 * 9),
        shape: inputShape,
      }),
      { code: 'model_unsupported_operation' },
    );
  });
});
