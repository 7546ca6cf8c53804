import type {
  AttributeValue,
  Graph,
  GraphConstant,
  GraphInput,
  GraphNode,
  GraphOutput,
  TensorData,
} from './onnx-graph.ts';

/** A value of the running graph: `shape` is TensorFlow's (NHWC), the tensor itself is NCHW. */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Collects nodes and constants under short, stable names. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = [];
  readonly constants: GraphConstant[] = [];

  node(
    operation: string,
    options: {
      inputs: readonly string[];
      attributes?: Readonly<Record<string, AttributeValue>>;
      output?: string;
    },
  ): string {
    const output = options.output ?? `${operation.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push({
      operation,
      inputs: options.inputs,
      output,
      attributes: options.attributes ?? {},
    });
    return output;
  }

  constant(shape: readonly number[], data: TensorData): string {
    const name = `constant_${this.constants.length}`;
    this.constants.push({ name, shape, data });
    return name;
  }

  build(options: { name: string; input: GraphInput; outputs: readonly GraphOutput[] }): Graph {
    return { ...options, nodes: this.nodes, constants: this.constants };
  }
}
