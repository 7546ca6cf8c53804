import onnxProto from 'onnx-proto';
import type { onnx as Onnx } from 'onnx-proto';

const { onnx } = onnxProto;

/** ONNX tensor element types (onnx.proto, `TensorProto.DataType`). */
const elementType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
const { INT, STRING, INTS } = onnx.AttributeProto.AttributeType;

const opsetVersion = 17;
const irVersion = 8;

export type TensorData = Float32Array | Int8Array | Uint8Array | Int32Array | BigInt64Array;
export type AttributeValue = number | string | readonly number[];

/** A constant of the graph (an ONNX initializer). */
export interface GraphConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

export interface GraphNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The float input of the whole graph. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A float output of the whole graph; without a shape the runtime works it out. */
export interface GraphOutput {
  readonly name: string;
  readonly shape?: readonly number[];
}

/**
 * An inference graph in the few terms that our models need: each node has one output, nodes are in
 * topological order. Plain data, so that quantizing is a function from graph to graph.
 */
export interface Graph {
  readonly name: string;
  readonly input: GraphInput;
  readonly outputs: readonly GraphOutput[];
  readonly nodes: readonly GraphNode[];
  readonly constants: readonly GraphConstant[];
}

/**
 * The graph as ONNX bytes. The same graph gives the same bytes on every machine: fields are written in
 * the order of their numbers, attributes sorted by name, tensors little-endian, and nothing like a
 * date or a version of this machine goes in.
 */
export function encodeGraph(graph: Graph): Uint8Array {
  const model: Onnx.IModelProto = {
    irVersion,
    opsetImport: [{ domain: '', version: opsetVersion }],
    producerName: 'emotion-fleet',
    graph: {
      name: graph.name,
      node: graph.nodes.map(encodeNode),
      initializer: graph.constants.map(encodeConstant),
      input: [encodePort(graph.input)],
      output: graph.outputs.map(encodePort),
    },
  };
  return onnx.ModelProto.encode(model).finish();
}

function encodeNode(node: GraphNode): Onnx.INodeProto {
  const names = Object.keys(node.attributes).sort();
  return {
    name: `${node.operation}:${node.output}`,
    opType: node.operation,
    input: [...node.inputs],
    output: [node.output],
    attribute: names.map((name) => encodeAttribute(name, node.attributes[name]!)),
  };
}

function encodeAttribute(name: string, value: AttributeValue): Onnx.IAttributeProto {
  if (typeof value === 'number') return { name, type: INT, i: value };
  if (typeof value === 'string') {
    return { name, type: STRING, s: Buffer.from(value, 'latin1') };
  }
  return { name, type: INTS, ints: [...value] };
}

function encodeConstant({ name, shape, data }: GraphConstant): Onnx.ITensorProto {
  return {
    name,
    dims: [...shape],
    dataType: elementTypeOf(data),
    rawData: littleEndianBytes(data),
  };
}

function encodePort({ name, shape }: GraphOutput): Onnx.IValueInfoProto {
  const dimensions = shape && { shape: { dim: shape.map((dimValue) => ({ dimValue })) } };
  return { name, type: { tensorType: { elemType: elementType.float, ...dimensions } } };
}

function elementTypeOf(data: TensorData): number {
  if (data instanceof Float32Array) return elementType.float;
  if (data instanceof Uint8Array) return elementType.uint8;
  if (data instanceof Int8Array) return elementType.int8;
  if (data instanceof Int32Array) return elementType.int32;
  return elementType.int64;
}

/** Node runs on little-endian machines only (x64, arm64, riscv64), so memory order is file order. */
function littleEndianBytes(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
