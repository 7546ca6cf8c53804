import type { Graph, GraphConstant, GraphNode, TensorData } from './onnx-graph.ts';
import { ModelError } from './model-error.ts';

/** Least and greatest value of a tensor over the calibration pictures. */
export type ActivationRange = readonly [minimum: number, maximum: number];
export type ActivationRanges = Readonly<Record<string, ActivationRange>>;

interface QuantizationParameters {
  readonly scale: number;
  readonly zeroPoint: number;
}

const quantizableOperations = new Set(['Conv', 'Relu', 'MaxPool', 'Add', 'GlobalAveragePool']);
const smallestScale = 1e-8;

/**
 * The tensors that a quantized graph needs ranges of: the input and each result of the first
 * `nodeCount` nodes that stays in int8. A result that only feeds a Relu is fused into it.
 */
export function tensorsToQuantize(graph: Graph, nodeCount: number): string[] {
  const consumers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) {
      consumers.set(input, [...(consumers.get(input) ?? []), node]);
    }
  }
  const results = graph.nodes.slice(0, nodeCount).filter((node) => {
    const users = consumers.get(node.output) ?? [];
    const isFused = users.length === 1 && users[0]!.operation === 'Relu';
    return quantizableOperations.has(node.operation) && users.length > 0 && !isFused;
  });
  return [graph.input.name, ...results.map((node) => node.output)];
}

/**
 * The graph in QDQ form (quantize / dequantize pairs that ONNX Runtime fuses into integer kernels):
 * uint8 activations by the calibrated ranges, int8 weights with a scale for each output channel,
 * int32 biases. Nodes from `nodeCount` on stay in float.
 */
export function quantizeGraph(options: {
  graph: Graph;
  ranges: ActivationRanges;
  nodeCount: number;
}): Graph {
  const { graph, ranges, nodeCount } = options;
  const writer = new QdqWriter(graph, ranges);
  const quantized = new Set(tensorsToQuantize(graph, nodeCount));
  if (quantized.has(graph.input.name)) writer.quantizeTensor(graph.input.name);
  graph.nodes.forEach((node, index) => {
    if (node.operation === 'Conv' && index < nodeCount) writer.addConvolution(node);
    else writer.addNode(node);
    if (quantized.has(node.output)) writer.quantizeResult(node);
  });
  return writer.build();
}

class QdqWriter {
  readonly #graph: Graph;
  readonly #ranges: ActivationRanges;
  readonly #sources: ReadonlyMap<string, GraphConstant>;
  readonly #constants: GraphConstant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #parameters = new Map<string, QuantizationParameters>();

  constructor(graph: Graph, ranges: ActivationRanges) {
    this.#graph = graph;
    this.#ranges = ranges;
    this.#sources = new Map(graph.constants.map((constant) => [constant.name, constant]));
  }

  /** Copies a node that stays in float; its inputs are dequantized where they were quantized. */
  addNode(node: GraphNode): void {
    for (const input of node.inputs) this.#keepConstant(input);
    this.#nodes.push({ ...node, inputs: node.inputs.map((input) => this.#dequantized(input)) });
  }

  addConvolution(node: GraphNode): void {
    const [input = '', weightName = '', biasName] = node.inputs;
    const parameters = this.#parameters.get(input);
    const weight = this.#sources.get(weightName);
    if (parameters === undefined || !(weight?.data instanceof Float32Array)) {
      this.addNode(node);
      return;
    }
    const scales = this.#addWeight({ weight, data: weight.data });
    const inputs = [this.#dequantized(input), `${weightName}_dq`];
    const bias = biasName === undefined ? undefined : this.#sources.get(biasName);
    if (bias?.data instanceof Float32Array) {
      this.#addBias({ bias, data: bias.data, scales, inputScale: parameters.scale });
      inputs.push(`${bias.name}_dq`);
    }
    this.#nodes.push({ ...node, inputs });
  }

  /** A maximum keeps its input's scale, so that it can run on the integers themselves. */
  quantizeResult(node: GraphNode): void {
    const inherited =
      node.operation === 'MaxPool' ? this.#parameters.get(node.inputs[0]!) : undefined;
    this.quantizeTensor(node.output, inherited);
  }

  quantizeTensor(name: string, inherited?: QuantizationParameters): void {
    const parameters = inherited ?? quantizationParametersOf(name, this.#ranges[name]);
    this.#parameters.set(name, parameters);
    const scale = this.#constant(`${name}_scale`, [], Float32Array.of(parameters.scale));
    const zeroPoint = this.#constant(`${name}_zero`, [], Uint8Array.of(parameters.zeroPoint));
    this.#nodes.push(
      qdqNode('QuantizeLinear', [name, scale, zeroPoint], `${name}_q`),
      qdqNode('DequantizeLinear', [`${name}_q`, scale, zeroPoint], `${name}_dq`),
    );
  }

  build(): Graph {
    return { ...this.#graph, nodes: this.#nodes, constants: this.#constants };
  }

  #addWeight(options: { weight: GraphConstant; data: Float32Array }): Float32Array {
    const { weight, data } = options;
    const channels = weight.shape[0]!;
    const { values, scales } = quantizePerChannel({ data, channels });
    this.#addDequantized({ name: weight.name, shape: weight.shape, values, scales });
    return scales;
  }

  #addBias(options: {
    bias: GraphConstant;
    data: Float32Array;
    scales: Float32Array;
    inputScale: number;
  }): void {
    const { bias, data, inputScale } = options;
    const scales = options.scales.map((scale) => scale * inputScale);
    const values = Int32Array.from(data, (value, index) => Math.round(value / scales[index]!));
    this.#addDequantized({ name: bias.name, shape: bias.shape, values, scales });
  }

  #addDequantized(options: {
    name: string;
    shape: readonly number[];
    values: Int8Array | Int32Array;
    scales: Float32Array;
  }): void {
    const { name, shape, values, scales } = options;
    const channels = scales.length;
    const zeros = values instanceof Int8Array ? new Int8Array(channels) : new Int32Array(channels);
    const inputs = [
      this.#constant(`${name}_q`, shape, values),
      this.#constant(`${name}_scale`, [channels], scales),
      this.#constant(`${name}_zero`, [channels], zeros),
    ];
    this.#nodes.push(qdqNode('DequantizeLinear', inputs, `${name}_dq`, { axis: 0 }));
  }

  #dequantized(name: string): string {
    return this.#parameters.has(name) ? `${name}_dq` : name;
  }

  #keepConstant(name: string): void {
    const source = this.#sources.get(name);
    if (source !== undefined) this.#constants.push(source);
  }

  #constant(name: string, shape: readonly number[], data: TensorData): string {
    this.#constants.push({ name, shape, data });
    return name;
  }
}

function qdqNode(
  operation: 'QuantizeLinear' | 'DequantizeLinear',
  inputs: readonly string[],
  output: string,
  attributes: GraphNode['attributes'] = {},
): GraphNode {
  return { operation, inputs, output, attributes };
}

/** Zero must be exact (padding is zero), so the range is widened to hold it. */
function quantizationParametersOf(
  name: string,
  range: ActivationRange | undefined,
): QuantizationParameters {
  if (range === undefined) {
    throw new ModelError({
      code: 'model_source_changed',
      message: `The calibration file has no range of ${name}: run models/calibrate.ts again.`,
    });
  }
  const minimum = Math.min(0, range[0]);
  const maximum = Math.max(0, range[1]);
  const scale = Math.fround(Math.max((maximum - minimum) / 255, smallestScale));
  return { scale, zeroPoint: Math.min(255, Math.max(0, Math.round(-minimum / scale))) };
}

/** Symmetric int8 with one scale for each output channel (the outermost axis). */
export function quantizePerChannel(options: { data: Float32Array; channels: number }): {
  values: Int8Array;
  scales: Float32Array;
} {
  const { data, channels } = options;
  const size = data.length / channels;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * size;
    let largest = 0;
    for (let index = start; index < start + size; index += 1) {
      largest = Math.max(largest, Math.abs(data[index]!));
    }
    scales[channel] = Math.max(largest / 127, smallestScale);
    for (let index = start; index < start + size; index += 1) {
      const value = Math.round(data[index]! / scales[channel]!);
      values[index] = Math.max(-127, Math.min(127, value));
    }
  }
  return { values, scales };
}
