import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ModelError } from './model-error.ts';

/** One attribute of a TensorFlow node as TensorFlow.js writes it (strings are base64). */
interface TfjsAttribute {
  readonly s?: string;
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
}

export interface TfjsNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, TfjsAttribute>>;
}

export interface TfjsWeight {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A TensorFlow.js graph model: nodes in topological order, weights by node name. */
export interface TfjsModel {
  readonly nodes: readonly TfjsNode[];
  readonly weights: ReadonlyMap<string, TfjsWeight>;
}

interface TfjsModelJson {
  readonly modelTopology: { readonly node: readonly TfjsNode[] };
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly dtype: string;
      readonly quantization?: unknown;
    }[];
  }[];
}

/** Reads `model.json` and the weight files beside it. Weights must be plain float32 or int32. */
export async function readTfjsModel(modelJsonPath: string): Promise<TfjsModel> {
  const json = JSON.parse(await readFile(modelJsonPath, 'utf8')) as TfjsModelJson;
  const weights = new Map<string, TfjsWeight>();
  for (const group of json.weightsManifest) {
    const parts = group.paths.map((file) => readFile(path.join(path.dirname(modelJsonPath), file)));
    const bytes = Buffer.concat(await Promise.all(parts));
    let offset = 0;
    for (const { name, shape, dtype, quantization } of group.weights) {
      if (quantization !== undefined || (dtype !== 'float32' && dtype !== 'int32')) {
        throw new ModelError({
          code: 'model_unsupported_operation',
          message: `Weight ${name} of ${modelJsonPath} is stored in a form that isn't supported.`,
        });
      }
      const length = shape.reduce((product, size) => product * size, 1);
      weights.set(name, { shape, data: decodeLittleEndian({ bytes, offset, length, dtype }) });
      offset += length * 4;
    }
  }
  return { nodes: json.modelTopology.node, weights };
}

function decodeLittleEndian(options: {
  bytes: Buffer;
  offset: number;
  length: number;
  dtype: 'float32' | 'int32';
}): Float32Array | Int32Array {
  const { bytes, offset, length, dtype } = options;
  if (dtype === 'float32') {
    return Float32Array.from({ length }, (_, index) => bytes.readFloatLE(offset + index * 4));
  }
  return Int32Array.from({ length }, (_, index) => bytes.readInt32LE(offset + index * 4));
}

/** The integers of a list attribute; undefined where the node hasn't got it. */
export function integersOf(node: TfjsNode, attribute: string): number[] | undefined {
  return node.attr?.[attribute]?.list?.i?.map(Number);
}

/** The decoded strings of a list attribute, empty where the node hasn't got it. */
export function stringsOf(node: TfjsNode, attribute: string): string[] {
  return (node.attr?.[attribute]?.list?.s ?? []).map(decodeBase64);
}

/** A decoded string attribute; undefined where the node hasn't got it. */
export function stringOf(node: TfjsNode, attribute: string): string | undefined {
  const encoded = node.attr?.[attribute]?.s;
  return encoded === undefined ? undefined : decodeBase64(encoded);
}

function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}
