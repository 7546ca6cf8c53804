import onnxProto from 'onnx-proto';
import type { onnx as Onnx } from 'onnx-proto';
import { ModelError } from './model-error.ts';

const { onnx } = onnxProto;

/** ONNX tensor element types (onnx.proto, `TensorProto.DataType`). */
const elementType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const;
const { INT, STRING, INTS } = onnx.AttributeProto.AttributeType;

const arrayTypes = new Map<number, new (buffer: ArrayBuffer) => TensorData>([
  [elementType.float, Float32Array],
  [elementType.uint8, Uint8Array],
  [elementType.int8, Int8Array],
  [elementType.int32, Int32Array],
  [elementType.int64, BigInt64Array],
]);

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

/** The float input of the whole graph; 0 for a size that is left open. */
export interface GraphInput {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A float output of the whole graph; without a shape, or where that is 0, the runtime works it out. */
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

/**
 * The graph of an ONNX file that needs no more than these terms. Throws `model_shape_unexpected` for bytes
 * that are no model, `model_unsupported_operation` for what a `Graph` can't say.
 */
export function decodeGraph(bytes: Uint8Array): Graph {
  const { graph } = decodeModel(bytes);
  const constants = (graph?.initializer ?? []).map(decodeConstant);
  const [input, ...others] = inputsOf(graph);
  if (input === undefined || others.length > 0) throw unreadable('it has not just one input');
  return {
    name: graph?.name ?? '',
    input: { name: input.name ?? '', shape: shapeOf(input) ?? [] },
    outputs: (graph?.output ?? []).map(decodeOutput),
    nodes: (graph?.node ?? []).map(decodeNode),
    constants,
  };
}

/** The same file with its input at this size: whatever it is, and whoever made it. Throws as `decodeGraph` does. */
export function withInputShape(bytes: Uint8Array, shape: readonly number[]): Uint8Array {
  const model = decodeModel(bytes);
  const tensorType = inputsOf(model.graph)[0]?.type?.tensorType;
  if (tensorType == null) throw unreadable('it has no input');
  tensorType.shape = { dim: shape.map(encodeSize) };
  return onnx.ModelProto.encode(model).finish();
}

/** Old files list their constants among the inputs, too. */
function inputsOf(graph: Onnx.IGraphProto | null | undefined): Onnx.IValueInfoProto[] {
  const constants = new Set((graph?.initializer ?? []).map(({ name }) => name ?? ''));
  return (graph?.input ?? []).filter(({ name }) => !constants.has(name ?? ''));
}

function decodeModel(bytes: Uint8Array): Onnx.IModelProto {
  try {
    return onnx.ModelProto.decode(bytes);
  } catch (cause) {
    throw new ModelError({
      code: 'model_shape_unexpected',
      message: 'The model file is damaged or not a model.',
      cause,
    });
  }
}

function decodeNode(node: Onnx.INodeProto): GraphNode {
  const [output, ...others] = node.output ?? [];
  if (output === undefined || others.length > 0) {
    throw unreadable(`a node ${node.opType ?? ''} has not just one output`);
  }
  const attributes = (node.attribute ?? []).map((attribute) => decodeAttribute(attribute));
  return {
    operation: node.opType ?? '',
    inputs: node.input ?? [],
    output,
    attributes: Object.fromEntries(attributes),
  };
}

function decodeAttribute(attribute: Onnx.IAttributeProto): [string, AttributeValue] {
  const name = attribute.name ?? '';
  switch (attribute.type) {
    case INT:
      return [name, Number(attribute.i)];
    case STRING:
      return [name, Buffer.from(attribute.s ?? []).toString('latin1')];
    case INTS:
      return [name, (attribute.ints ?? []).map(Number)];
    default:
      throw unreadable(`the attribute ${name} is of another kind`);
  }
}

function decodeConstant({ name, dims, dataType, rawData }: Onnx.ITensorProto): GraphConstant {
  const make = arrayTypes.get(dataType ?? 0);
  if (make === undefined || rawData == null) throw unreadable(`a tensor ${name ?? ''}`);
  // A copy: the bytes in the file lie as they come, a typed array wants them aligned.
  const data = new make(Uint8Array.from(rawData).buffer);
  return { name: name ?? '', shape: (dims ?? []).map(Number), data };
}

function decodeOutput(port: Onnx.IValueInfoProto): GraphOutput {
  const shape = shapeOf(port);
  return { name: port.name ?? '', ...(shape !== undefined && { shape }) };
}

/** 0 for a size that is left open. */
function shapeOf({ type }: Onnx.IValueInfoProto): number[] | undefined {
  return type?.tensorType?.shape?.dim?.map(({ dimValue }) => Number(dimValue ?? 0));
}

function unreadable(what: string): ModelError {
  return new ModelError({
    code: 'model_unsupported_operation',
    message: `The model can't be read here: ${what}.`,
  });
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
  const dimensions = shape && { shape: { dim: shape.map(encodeSize) } };
  return { name, type: { tensorType: { elemType: elementType.float, ...dimensions } } };
}

function encodeSize(size: number): Onnx.TensorShapeProto.IDimension {
  return size === 0 ? {} : { dimValue: size };
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
