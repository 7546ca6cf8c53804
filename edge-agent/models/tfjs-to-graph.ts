import type { GraphBuilder, GraphTensor } from './graph-builder.ts';
import { ModelError } from './model-error.ts';
import { integersOf, stringOf, stringsOf } from './tfjs-model.ts';
import type { TfjsModel, TfjsNode, TfjsWeight } from './tfjs-model.ts';
import {
  slidingWindow,
  toNchwPadding,
  toOnnxDepthwiseFilter,
  toOnnxFilter,
} from './tensor-layout.ts';

type Value =
  | { readonly kind: 'tensor'; readonly tensor: GraphTensor }
  | { readonly kind: 'constant'; readonly weight: TfjsWeight };

/**
 * Translates a TensorFlow.js graph model (NHWC) into ONNX nodes (NCHW) on `builder` and returns the
 * model's outputs by name. The height and width of `inputShape` may differ from the stored ones where
 * the network is fully convolutional; what is translated then takes others of the same multiple, too.
 */
export function translateTfjsModel(options: {
  model: TfjsModel;
  builder: GraphBuilder;
  inputShape: readonly number[];
}): Map<string, GraphTensor> {
  const { model, builder, inputShape } = options;
  const values = new Map<string, Value>();
  const outputs = new Map<string, GraphTensor>();
  for (const node of model.nodes) {
    if (node.op === 'Const') {
      values.set(node.name, { kind: 'constant', weight: model.weights.get(node.name)! });
      continue;
    }
    const inputs = new NodeInputs(node, values);
    const tensor =
      node.op === 'Placeholder'
        ? { name: 'input', shape: inputShape }
        : translateNode({ node, inputs, builder });
    values.set(node.name, { kind: 'tensor', tensor });
    if (node.op === 'Identity') outputs.set(node.name, tensor);
  }
  return outputs;
}

class NodeInputs {
  readonly #node: TfjsNode;
  readonly #values: ReadonlyMap<string, Value>;

  constructor(node: TfjsNode, values: ReadonlyMap<string, Value>) {
    this.#node = node;
    this.#values = values;
  }

  tensor(index: number): GraphTensor {
    const value = this.#value(index);
    if (value.kind !== 'tensor') throw unsupported(this.#node, `input ${index} is a constant`);
    return value.tensor;
  }

  constant(index: number): TfjsWeight {
    const value = this.#value(index);
    if (value.kind !== 'constant') throw unsupported(this.#node, `input ${index} isn't a constant`);
    return value.weight;
  }

  #value(index: number): Value {
    const name = this.#node.input?.[index]?.split(':')[0];
    const value = name === undefined ? undefined : this.#values.get(name);
    if (value === undefined) throw unsupported(this.#node, `input ${index} is missing`);
    return value;
  }
}

interface Translation {
  readonly node: TfjsNode;
  readonly inputs: NodeInputs;
  readonly builder: GraphBuilder;
}

function translateNode(translation: Translation): GraphTensor {
  const { node, inputs, builder } = translation;
  switch (node.op) {
    case '_FusedConv2D':
    case 'DepthwiseConv2dNative':
      return translateConvolution(translation);
    case 'AddV2': {
      const [left, right] = [inputs.tensor(0), inputs.tensor(1)];
      return { ...left, name: builder.node('Add', { inputs: [left.name, right.name] }) };
    }
    case 'Relu': {
      const tensor = inputs.tensor(0);
      return { ...tensor, name: builder.node('Relu', { inputs: [tensor.name] }) };
    }
    case 'MaxPool':
      return translateMaxPool(translation);
    case 'Pad':
      return translatePad(translation);
    case 'Mean':
      return translateMean(translation);
    case 'Reshape':
      return translateReshape(translation);
    case 'Identity':
    // The softmax is left out: calibration divides the logits by a temperature first.
    case 'Softmax':
      return inputs.tensor(0);
    default:
      throw unsupported(node, 'no such operation is known');
  }
}

function translateConvolution({ node, inputs, builder }: Translation): GraphTensor {
  const input = inputs.tensor(0);
  const filter = inputs.constant(1);
  const isDepthwise = node.op === 'DepthwiseConv2dNative';
  const [kernelHeight = 1, kernelWidth = 1] = filter.shape;
  const [, strideY = 1, strideX = 1] = integersOf(node, 'strides') ?? [];
  if ((integersOf(node, 'dilations') ?? []).some((dilation) => dilation !== 1)) {
    throw unsupported(node, 'dilations are not supported');
  }
  const { attributes, outputHeight, outputWidth } = slidingWindow({
    input: input.shape,
    kernel: [kernelHeight, kernelWidth],
    strides: [strideY, strideX],
    isSame: isSamePadding(node),
  });
  const weight = isDepthwise ? toOnnxDepthwiseFilter(filter) : toOnnxFilter(filter);
  const fused = stringsOf(node, 'fused_ops');
  if (fused.some((name) => name !== 'BiasAdd' && name !== 'Relu')) {
    throw unsupported(node, `fused operations ${fused.join(', ')} are not supported`);
  }
  const names = [input.name, builder.constant(weight.shape, weight.data)];
  if (fused.includes('BiasAdd')) {
    const bias = inputs.constant(2);
    names.push(builder.constant(bias.shape, bias.data));
  }
  let name = builder.node('Conv', {
    inputs: names,
    attributes: { group: isDepthwise ? input.shape[3]! : 1, ...attributes },
  });
  if (fused.includes('Relu')) name = builder.node('Relu', { inputs: [name] });
  return { name, shape: [1, outputHeight, outputWidth, weight.shape[0]!] };
}

function translateMaxPool({ node, inputs, builder }: Translation): GraphTensor {
  const input = inputs.tensor(0);
  const [, kernelHeight = 1, kernelWidth = 1] = integersOf(node, 'ksize') ?? [];
  const [, strideY = 1, strideX = 1] = integersOf(node, 'strides') ?? [];
  const { attributes, outputHeight, outputWidth } = slidingWindow({
    input: input.shape,
    kernel: [kernelHeight, kernelWidth],
    strides: [strideY, strideX],
    isSame: isSamePadding(node),
  });
  const name = builder.node('MaxPool', { inputs: [input.name], attributes });
  return { name, shape: [1, outputHeight, outputWidth, input.shape[3]!] };
}

function translatePad({ inputs, builder }: Translation): GraphTensor {
  const input = inputs.tensor(0);
  const paddings = Array.from(inputs.constant(1).data);
  const pads = builder.constant([8], BigInt64Array.from(toNchwPadding(paddings), BigInt));
  const shape = input.shape.map(
    (size, axis) => size + paddings[axis * 2]! + paddings[axis * 2 + 1]!,
  );
  return { name: builder.node('Pad', { inputs: [input.name, pads] }), shape };
}

function translateMean({ node, inputs, builder }: Translation): GraphTensor {
  const input = inputs.tensor(0);
  if (Array.from(inputs.constant(1).data).sort().join() !== '1,2') {
    throw unsupported(node, 'only the mean over height and width is supported');
  }
  const pooled = builder.node('GlobalAveragePool', { inputs: [input.name] });
  const name = builder.node('Flatten', { inputs: [pooled], attributes: { axis: 1 } });
  return { name, shape: [1, input.shape[3]!] };
}

/** Reshapes [1, h, w, c] to [1, rows, columns]; the number of rows follows the real h and w. */
function translateReshape({ node, inputs, builder }: Translation): GraphTensor {
  const input = inputs.tensor(0);
  const columns = inputs.constant(1).data[2];
  if (columns === undefined || input.shape.length !== 4) {
    throw unsupported(node, 'only a reshape of a feature map into rows is supported');
  }
  const elements = input.shape.reduce((product, size) => product * size, 1);
  const target = builder.constant([3], BigInt64Array.of(1n, -1n, BigInt(columns)));
  const nhwc = builder.node('Transpose', {
    inputs: [input.name],
    attributes: { perm: [0, 2, 3, 1] },
  });
  const name = builder.node('Reshape', { inputs: [nhwc, target] });
  return { name, shape: [1, elements / columns, columns] };
}

function isSamePadding(node: TfjsNode): boolean {
  const padding = stringOf(node, 'padding');
  if (padding !== 'SAME' && padding !== 'VALID') {
    throw unsupported(node, `padding ${padding ?? 'none'} is not supported`);
  }
  return padding === 'SAME';
}

function unsupported(node: TfjsNode, reason: string): ModelError {
  return new ModelError({
    code: 'model_unsupported_operation',
    message: `Node ${node.name} (${node.op}) can't be translated to ONNX: ${reason}.`,
  });
}
