import { encodeGraph, type Graph } from '../../models/onnx-graph.ts';

/** A made-up network: each logit is a weighted mean of each channel of the picture, and a constant. */
export function meanNetwork(options: {
  inputShape: readonly [number, number, number, number];
  /** For each logit a weight for each channel. */
  weights: readonly (readonly number[])[];
  constants?: readonly number[];
  output?: string;
}): Uint8Array {
  const { inputShape, weights, output = 'logits' } = options;
  const [, channels] = inputShape;
  const { length } = weights;
  const constants = options.constants ?? new Array<number>(length).fill(0);
  const graph: Graph = {
    name: 'means',
    input: { name: 'data', shape: inputShape },
    outputs: [{ name: output, shape: [1, length] }],
    nodes: [
      { operation: 'Conv', inputs: ['data', 'w', 'b'], output: 'mixed', attributes: {} },
      { operation: 'GlobalAveragePool', inputs: ['mixed'], output: 'pooled', attributes: {} },
      { operation: 'Flatten', inputs: ['pooled'], output, attributes: { axis: 1 } },
    ],
    constants: [
      { name: 'w', shape: [length, channels, 1, 1], data: Float32Array.from(weights.flat()) },
      { name: 'b', shape: [length], data: Float32Array.from(constants) },
    ],
  };
  return encodeGraph(graph);
}

/** A made-up network that sees the left half of a 64x64 picture alone: its mean is the first logit. */
export function leftHalfNetwork(): Uint8Array {
  const kernel = Float32Array.from({ length: 64 * 64 }, (_, index) =>
    index % 64 < 32 ? 1 / 2048 : 0,
  );
  const rest = new Float32Array(6 * 64 * 64);
  return encodeGraph({
    name: 'left half',
    input: { name: 'data', shape: [1, 1, 64, 64] },
    outputs: [{ name: 'logits', shape: [1, 7] }],
    nodes: [
      { operation: 'Conv', inputs: ['data', 'w'], output: 'mixed', attributes: {} },
      { operation: 'Flatten', inputs: ['mixed'], output: 'logits', attributes: { axis: 1 } },
    ],
    constants: [{ name: 'w', shape: [7, 1, 64, 64], data: Float32Array.of(...kernel, ...rest) }],
  });
}
