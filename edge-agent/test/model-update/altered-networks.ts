import { decodeGraph, encodeGraph, type Graph } from '../../models/onnx-graph.ts';

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
