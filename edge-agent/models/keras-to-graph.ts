import { GraphBuilder, type GraphTensor } from './graph-builder.ts';
import type { KerasLayer, KerasWeight } from './keras-model.ts';
import { ModelError } from './model-error.ts';
import type { Graph } from './onnx-graph.ts';
import { slidingWindow, toOnnxDepthwiseFilter, toOnnxFilter } from './tensor-layout.ts';

/** What a batch normalization does to each channel once training is over: `value * gain + shift`. */
interface ChannelAffine {
  readonly gain: Float32Array;
  readonly shift: Float32Array;
}

interface Translation {
  readonly layer: KerasLayer;
  readonly inputs: readonly GraphTensor[];
  readonly builder: GraphBuilder;
  /** Of the normalization that follows the layer. */
  readonly affine: ChannelAffine | undefined;
}

/**
 * Translates a Keras classifier (NHWC) into an ONNX graph (NCHW) whose output `logits` is what goes into
 * its softmax. Normalizations are folded into the convolutions before them, separable convolutions
 * become two.
 *
 * @throws ModelError `model_unsupported_operation`
 */
export function translateKerasClassifier(options: {
  layers: readonly KerasLayer[];
  name: string;
  inputShape: readonly [number, number, number, number];
}): Graph {
  const { layers, name, inputShape } = options;
  const builder = new GraphBuilder();
  const values = new Map<string, GraphTensor>();
  const normalizations = new Map(
    layers
      .filter(({ kind }) => kind === 'BatchNormalization')
      .map((layer) => [layer.inputs[0], layer]),
  );
  let last: GraphTensor | undefined;
  for (const layer of layers) {
    const inputs = layer.inputs.map((input) => values.get(input)!);
    const normalization = normalizations.get(layer.name);
    const affine = normalization && affineOf(normalization);
    last =
      layer.kind === 'InputLayer'
        ? { name: 'input', shape: inputShape }
        : translateLayer({ layer, inputs, builder, affine });
    values.set(layer.name, last);
  }
  builder.node('Identity', { inputs: [last?.name ?? ''], output: 'logits' });
  const [batch, height, width, channels] = inputShape;
  return builder.build({
    name,
    input: { name: 'input', shape: [batch, channels, height, width] },
    outputs: [{ name: 'logits', shape: last?.shape ?? [] }],
  });
}

function translateLayer(translation: Translation): GraphTensor {
  const { layer, inputs, builder } = translation;
  const input = inputs[0]!;
  switch (layer.kind) {
    case 'Conv2D':
    case 'SeparableConv2D':
      return translateConvolution(translation);
    case 'MaxPooling2D':
      return translateMaxPool(translation);
    case 'Activation':
      return translateActivation(translation);
    case 'Add':
      return { ...input, name: builder.node('Add', { inputs: inputs.map(({ name }) => name) }) };
    case 'GlobalAveragePooling2D': {
      const pooled = builder.node('GlobalAveragePool', { inputs: [input.name] });
      const name = builder.node('Flatten', { inputs: [pooled], attributes: { axis: 1 } });
      return { name, shape: [1, input.shape[3]!] };
    }
    // Folded into the convolution before it.
    case 'BatchNormalization':
      return input;
    default:
      throw unsupported(layer, 'no such layer is known');
  }
}

function translateActivation({ layer, inputs, builder }: Translation): GraphTensor {
  const input = inputs[0]!;
  const kind = layer.config['activation'];
  if (kind === 'relu') return { ...input, name: builder.node('Relu', { inputs: [input.name] }) };
  // The softmax is left out: calibration works on the logits.
  if (kind === 'softmax') return input;
  throw unsupported(layer, `activation ${String(kind)} is not supported`);
}

function translateConvolution({ layer, inputs, builder, affine }: Translation): GraphTensor {
  if ((layer.config['activation'] ?? 'linear') !== 'linear') {
    throw unsupported(layer, 'an activation inside a convolution is not supported');
  }
  let input = inputs[0]!;
  const isSeparable = layer.kind === 'SeparableConv2D';
  if (isSeparable) {
    const depthwise = toOnnxDepthwiseFilter(weightOf(layer, 'depthwise_kernel'));
    input = addConvolution({ layer, input, builder, filter: depthwise, group: input.shape[3]! });
  }
  const filter = toOnnxFilter(weightOf(layer, isSeparable ? 'pointwise_kernel' : 'kernel'));
  const channels = filter.shape[0]!;
  const perChannel = filter.data.length / channels;
  const plainBias = layer.weights.get('bias')?.data ?? new Float32Array(channels);
  const { gain, shift } = affine ?? { gain: undefined, shift: undefined };
  const data = filter.data.map(
    (value, index) => value * (gain?.[Math.floor(index / perChannel)] ?? 1),
  );
  const bias = plainBias.map(
    (value, channel) => value * (gain?.[channel] ?? 1) + (shift?.[channel] ?? 0),
  );
  const folded = { ...filter, data };
  return addConvolution({ layer, input, builder, filter: folded, bias, isPointwise: isSeparable });
}

function addConvolution(options: {
  layer: KerasLayer;
  input: GraphTensor;
  builder: GraphBuilder;
  filter: KerasWeight;
  bias?: Float32Array;
  group?: number;
  /** The second half of a separable convolution: the first one has done strides and padding. */
  isPointwise?: boolean;
}): GraphTensor {
  const { layer, input, builder, filter, bias, group = 1, isPointwise = false } = options;
  const [outputs = 1, , kernelHeight = 1, kernelWidth = 1] = filter.shape;
  const { attributes, outputHeight, outputWidth } = slidingWindow({
    input: input.shape,
    kernel: [kernelHeight, kernelWidth],
    strides: isPointwise ? [1, 1] : pairOf(layer, 'strides'),
    isSame: layer.config['padding'] === 'same',
  });
  const names = [input.name, builder.constant(filter.shape, filter.data)];
  if (bias !== undefined) names.push(builder.constant([outputs], bias));
  const name = builder.node('Conv', { inputs: names, attributes: { group, ...attributes } });
  return { name, shape: [1, outputHeight, outputWidth, outputs] };
}

function translateMaxPool({ layer, inputs, builder }: Translation): GraphTensor {
  const input = inputs[0]!;
  const { attributes, outputHeight, outputWidth } = slidingWindow({
    input: input.shape,
    kernel: pairOf(layer, 'pool_size'),
    strides: pairOf(layer, 'strides'),
    isSame: layer.config['padding'] === 'same',
  });
  const name = builder.node('MaxPool', { inputs: [input.name], attributes });
  return { name, shape: [1, outputHeight, outputWidth, input.shape[3]!] };
}

function affineOf(layer: KerasLayer): ChannelAffine {
  const epsilon = Number(layer.config['epsilon']);
  const mean = weightOf(layer, 'moving_mean').data;
  const variance = weightOf(layer, 'moving_variance').data;
  const scale = layer.weights.get('gamma')?.data;
  const offset = layer.weights.get('beta')?.data;
  const gain = variance.map(
    (value, channel) => (scale?.[channel] ?? 1) / Math.sqrt(value + epsilon),
  );
  const shift = mean.map((value, channel) => (offset?.[channel] ?? 0) - value * gain[channel]!);
  return { gain, shift };
}

function weightOf(layer: KerasLayer, name: string): KerasWeight {
  const weight = layer.weights.get(name);
  if (weight === undefined) throw unsupported(layer, `it has no ${name}`);
  return weight;
}

function pairOf(layer: KerasLayer, key: string): readonly [number, number] {
  const value = layer.config[key];
  if (Array.isArray(value) && value.length === 2) return [Number(value[0]), Number(value[1])];
  throw unsupported(layer, `it has no ${key}`);
}

function unsupported(layer: KerasLayer, reason: string): ModelError {
  return new ModelError({
    code: 'model_unsupported_operation',
    message: `Layer ${layer.name} (${layer.kind}) can't be translated to ONNX: ${reason}.`,
  });
}
