import { decodeGraph, encodeGraph, type Graph, type GraphNode } from '../../models/onnx-graph.ts';

/** Networks made of one that works: with its input and outputs, and wrong in one way. */
export const alterations = {
  /** Each class says what its neighbour should. */
  swapped: (model: Uint8Array) =>
    withLast(model, {
      operation: 'Gather',
      constant: { shape: [7], data: BigInt64Array.from([1n, 2n, 3n, 4n, 5n, 6n, 0n]) },
      attributes: { axis: 1 },
    }),
  /** What comes out of a division by zero. */
  notANumber: (model: Uint8Array) =>
    withLast(model, {
      operation: 'Mul',
      constant: { shape: [1], data: Float32Array.of(Number.NaN) },
      attributes: {},
    }),
  /** Always the same: happy. */
  constant: (model: Uint8Array) =>
    withLast(model, {
      operation: 'Max',
      constant: { shape: [1, 7], data: Float32Array.of(0, 0, 0, 1e6, 0, 0, 0) },
      attributes: {},
    }),
  /** As if nobody had trained it. */
  untrained: (model: Uint8Array) => {
    const graph = decodeGraph(model);
    let state = 1;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
    const constants = graph.constants.map((one) =>
      one.data instanceof Float32Array && one.shape.length > 1
        ? { ...one, data: one.data.map(() => random() / 2) }
        : one,
    );
    return encodeGraph({ ...graph, constants });
  },
} as const;

/** The same network with another node behind its output. */
function withLast(
  model: Uint8Array,
  last: {
    operation: string;
    constant: Pick<Graph['constants'][number], 'shape' | 'data'>;
    attributes: Graph['nodes'][number]['attributes'];
  },
): Uint8Array {
  const graph = decodeGraph(model);
  const [output] = graph.outputs;
  const rename = (name: string) => (name === output!.name ? 'before_last' : name);
  const nodes = graph.nodes.map((node) => ({ ...node, output: rename(node.output) }));
  const { operation, attributes, constant } = last;
  const inputs = ['before_last', 'last_constant'];
  return encodeGraph({
    ...graph,
    nodes: [...nodes, { operation, inputs, output: output!.name, attributes }],
    constants: [...graph.constants, { name: 'last_constant', ...constant }],
  });
}

/** The same network, which computes a hundred times as much on the side and adds none of it. */
export function slowed(model: Uint8Array): Uint8Array {
  const graph = decodeGraph(model);
  const [output] = graph.outputs;
  const rename = (name: string) => (name === output!.name ? 'before_last' : name);
  const attributes = { pads: [1, 1, 1, 1] };
  const convolutions = Array.from({ length: 12 }, (_, index): GraphNode => {
    const inputs = index === 0 ? [graph.input.name, 'first'] : [`side_${index}`, 'other'];
    return { operation: 'Conv', inputs, output: `side_${index + 1}`, attributes };
  });
  const node = (operation: string, inputs: readonly string[], result: string): GraphNode => ({
    ...{ operation, inputs, output: result, attributes: {} },
  });
  const constant = (name: string, shape: readonly number[], value: number) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return { name, shape, data: new Float32Array(length).fill(value) };
  };
  return encodeGraph({
    ...graph,
    nodes: [
      ...graph.nodes.map((one) => ({ ...one, output: rename(one.output) })),
      ...convolutions,
      node('GlobalAveragePool', ['side_12'], 'side_mean'),
      node('Flatten', ['side_mean'], 'side_row'),
      node('MatMul', ['side_row', 'nothing'], 'side_none'),
      node('Add', ['before_last', 'side_none'], output!.name),
    ],
    constants: [
      ...graph.constants,
      constant('first', [64, 1, 3, 3], 1 / 9),
      constant('other', [64, 64, 3, 3], 1 / (9 * 64)),
      constant('nothing', [64, 7], 0),
    ],
  });
}

/**
 * A network that is well formed and ends its process on x86: the least integer by -1, which the runtime doesn't check and
 * that processor answers with SIGFPE. Others wrap around.
 */
export function fatalNetwork(): Uint8Array {
  const least = { name: 'least', shape: [1], data: BigInt64Array.of(-(2n ** 63n)) };
  const minusOne = { name: 'minus_one', shape: [1], data: BigInt64Array.of(-1n) };
  return encodeGraph({
    name: 'fatal',
    input: { name: 'data', shape: [1, 1, 64, 64] },
    outputs: [{ name: 'logits' }],
    nodes: [
      { operation: 'Cast', inputs: ['data'], output: 'integers', attributes: { to: 7 } },
      { operation: 'Add', inputs: ['integers', 'least'], output: 'dividend', attributes: {} },
      { operation: 'Div', inputs: ['dividend', 'minus_one'], output: 'quotient', attributes: {} },
      { operation: 'Cast', inputs: ['quotient'], output: 'logits', attributes: { to: 1 } },
    ],
    constants: [least, minusOne],
  });
}
