import type { Tensor } from '@tensorflow/tfjs-core';
import { ModelError, type Graph, type GraphConstant, type GraphNode } from '../../models/index.ts';
import type { TensorFlow } from './tfjs-backend.ts';
import { operations, type NodeContext, type Value } from './tfjs-operations.ts';

/** A node as it is run: a convolution with the rectifier after it is one. */
interface Step {
  readonly node: GraphNode;
  readonly output: string;
  readonly isRectified: boolean;
}

/** Runs our graphs (ONNX terms, NCHW) with TensorFlow.js, which works in NHWC. */
export class TfjsGraph {
  readonly #tf: TensorFlow;
  readonly #graph: Graph;
  readonly #steps: readonly Step[];
  readonly #constants = new Map<string, GraphConstant>();
  /** Filters and biases in TensorFlow's layout, made once. */
  readonly #weights = new Map<string, Tensor>();

  /** @throws ModelError `model_unsupported_operation` */
  constructor({ tf, graph }: { tf: TensorFlow; graph: Graph }) {
    this.#tf = tf;
    this.#graph = graph;
    for (const constant of graph.constants) this.#constants.set(constant.name, constant);
    this.#steps = planSteps(graph);
    for (const { node } of this.#steps) {
      if (operations[node.operation] === undefined) throw unsupported(node);
    }
  }

  /** Call it within `tf.tidy`: it leaves its intermediate tensors to that. */
  run(input: Tensor): Map<string, Tensor> {
    const values = new Map<string, Value>([
      [this.#graph.input.name, { tensor: input, isChannelsLast: false }],
    ]);
    for (const { node, output, isRectified } of this.#steps) {
      values.set(output, operations[node.operation]!(this.#context(node, values, isRectified)));
    }
    return new Map(
      this.#graph.outputs.map(({ name }) => [name, toPlain(this.#tf, values.get(name)!)]),
    );
  }

  dispose(): void {
    for (const weight of this.#weights.values()) weight.dispose();
    this.#weights.clear();
  }

  #context(node: GraphNode, values: ReadonlyMap<string, Value>, isRectified: boolean): NodeContext {
    const tf = this.#tf;
    const nameOf = (index: number) => node.inputs[index] ?? '';
    const value = (index: number) => {
      const found = values.get(nameOf(index));
      if (found === undefined) throw unsupported(node);
      return found;
    };
    return {
      tf,
      isRectified,
      inputCount: node.inputs.length,
      attribute: (name) => node.attributes[name],
      plain: (index) => toPlain(tf, value(index)),
      channelsLast: (index) => toChannelsLast(tf, value(index)),
      isChannelsLast: (index) => value(index).isChannelsLast,
      constant: (index) => {
        const constant = this.#constants.get(nameOf(index));
        if (constant === undefined) throw unsupported(node);
        return constant;
      },
      weight: (index, make) => {
        const name = nameOf(index);
        const known = this.#weights.get(name) ?? tf.keep(tf.tidy(make));
        this.#weights.set(name, known);
        return known;
      },
      refuse: () => unsupported(node),
    };
  }
}

/** Joins each convolution with the rectifier that alone reads it. */
function planSteps(graph: Graph): Step[] {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const joined = new Set<GraphNode>();
  const steps: Step[] = [];
  for (const node of graph.nodes) {
    if (joined.has(node)) continue;
    const [reader, ...others] = readers.get(node.output) ?? [];
    const isRectified =
      node.operation === 'Conv' &&
      reader?.operation === 'Relu' &&
      others.length === 0 &&
      !outputs.has(node.output);
    if (isRectified) joined.add(reader);
    steps.push({ node, output: isRectified ? reader.output : node.output, isRectified });
  }
  return steps;
}

function toPlain(tf: TensorFlow, { tensor, isChannelsLast }: Value): Tensor {
  return isChannelsLast ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
}

function toChannelsLast(tf: TensorFlow, { tensor, isChannelsLast }: Value): Tensor {
  if (isChannelsLast) return tensor;
  const [batch = 1, channels = 1, height = 1, width = 1] = tensor.shape;
  // One channel lies the same in both layouts.
  if (channels === 1) return tf.reshape(tensor, [batch, height, width, 1]);
  return tf.transpose(tensor, [0, 2, 3, 1]);
}

function unsupported({ operation, output }: GraphNode): ModelError {
  return new ModelError({
    code: 'model_unsupported_operation',
    message: `TensorFlow.js can't run this model here: the operation ${operation} (${output}) isn't known in this form. Use EMOTION_BACKEND=onnx.`,
  });
}
