import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  samePadding,
  type AttributeValue,
  type GraphConstant,
  type ModelError,
} from '../../models/index.ts';
import type { TensorFlow } from './tfjs-backend.ts';

/** A tensor of the running graph: NCHW as in ONNX, or kept in TensorFlow's NHWC from operation to operation. */
export interface Value {
  readonly tensor: Tensor;
  readonly isChannelsLast: boolean;
}

/** What an operation sees of its node; inputs are counted from 0. */
export interface NodeContext {
  readonly tf: TensorFlow;
  /** A rectifier follows and is this operation's to do. */
  readonly isRectified: boolean;
  readonly inputCount: number;
  readonly attribute: (name: string) => AttributeValue | undefined;
  /** An input in ONNX's layout. */
  readonly plain: (index: number) => Tensor;
  /** An input with four axes in NHWC. */
  readonly channelsLast: (index: number) => Tensor;
  readonly isChannelsLast: (index: number) => boolean;
  readonly constant: (index: number) => GraphConstant;
  /** A constant as a tensor that is made once and kept. */
  readonly weight: (index: number, make: () => Tensor) => Tensor;
  readonly refuse: () => ModelError;
}

type Operation = (context: NodeContext) => Value;

/** The operations that our models are made of. */
export const operations: Readonly<Record<string, Operation | undefined>> = {
  Conv: convolve,
  Add: (context) => {
    const { tf, plain, channelsLast } = context;
    const isChannelsLast = context.isChannelsLast(0) || context.isChannelsLast(1);
    const read = isChannelsLast ? channelsLast : plain;
    return { tensor: tf.add(read(0), read(1)), isChannelsLast };
  },
  Relu: ({ tf, plain, channelsLast, isChannelsLast }) =>
    isChannelsLast(0) ? last(tf.relu(channelsLast(0))) : first(tf.relu(plain(0))),
  MaxPool: (context) => {
    const window = windowOf(context);
    const { strides, sizes } = window;
    const input = context.channelsLast(0);
    const { tf } = context;
    const type = paddingType(window, input);
    const padded = type === undefined ? pad(tf, input, window.pads, -Infinity) : input;
    return last(tf.maxPool(padded as Tensor4D, sizes, strides, type ?? 'valid'));
  },
  Pad: ({ tf, channelsLast, constant }) => {
    const pads = Array.from(constant(1).data, Number);
    const of = (axis: number): [number, number] => [pads[axis] ?? 0, pads[4 + axis] ?? 0];
    return last(tf.pad(channelsLast(0), [of(0), of(2), of(3), of(1)]));
  },
  GlobalAveragePool: ({ tf, channelsLast }) => last(tf.mean(channelsLast(0), [1, 2], true)),
  Flatten: ({ tf, plain }) => {
    const tensor = plain(0);
    return first(tf.reshape(tensor, [tensor.shape[0], -1]));
  },
  Transpose: (context) => {
    const order = integers(context.attribute('perm'));
    const isToChannelsLast = order.join() === '0,2,3,1';
    // What lies in NHWC already is what was asked for.
    if (isToChannelsLast) return first(context.channelsLast(0));
    return first(context.tf.transpose(context.plain(0), order));
  },
  Reshape: ({ tf, plain, constant }) =>
    first(tf.reshape(plain(0), Array.from(constant(1).data, Number))),
  Concat: ({ tf, plain, inputCount, attribute }) => {
    const inputs = Array.from({ length: inputCount }, (_, index) => plain(index));
    return first(tf.concat(inputs, Number(attribute('axis'))));
  },
  Identity: ({ plain }) => first(plain(0)),
};

function convolve(context: NodeContext): Value {
  const { tf, isRectified } = context;
  const window = windowOf(context);
  const input = context.channelsLast(0);
  const channels = input.shape[3] ?? 1;
  const group = Number(context.attribute('group') ?? 1);
  const { shape, data } = context.constant(1);
  const [outputs = 1, , height = 1, width = 1] = shape;
  const isDepthwise = group === channels && channels > 1;
  if (group !== 1 && !isDepthwise) throw context.refuse();
  const filter = context.weight(1, () => {
    const weights = tf.tensor(data as Float32Array, [...shape]);
    if (!isDepthwise) return tf.transpose(weights, [2, 3, 1, 0]);
    const grouped = tf.reshape(weights, [channels, outputs / channels, height, width]);
    return tf.transpose(grouped, [2, 3, 0, 1]);
  });
  const type = paddingType(window, input);
  const options = {
    x: (type === undefined ? pad(tf, input, window.pads, 0) : input) as Tensor4D,
    filter: filter as Tensor4D,
    strides: window.strides,
    pad: type ?? ('valid' as const),
    ...(isRectified && { activation: 'relu' as const }),
    ...(context.inputCount > 2 && {
      bias: context.weight(2, () => tf.tensor1d(context.constant(2).data as Float32Array)),
    }),
  };
  return last(isDepthwise ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options));
}

interface Window {
  readonly sizes: [number, number];
  readonly strides: [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
}

function windowOf(context: NodeContext): Window {
  const { attribute } = context;
  const isPlain = integers(attribute('dilations')).every((dilation) => dilation === 1);
  if (!isPlain || attribute('auto_pad') !== undefined) throw context.refuse();
  const [height = 1, width = 1] = integers(attribute('kernel_shape'));
  const [strideY = 1, strideX = 1] = integers(attribute('strides'));
  const [top = 0, left = 0, bottom = 0, right = 0] = integers(attribute('pads'));
  const pads = [top, left, bottom, right];
  return { sizes: [height, width], strides: [strideY, strideX], pads };
}

/** TensorFlow's word for a padding; undefined where it has none, and the input must be padded first. */
function paddingType(
  { sizes, strides, pads }: Window,
  input: Tensor,
): 'same' | 'valid' | undefined {
  if (pads.every((size) => size === 0)) return 'valid';
  const isSame = [0, 1].every((axis) => {
    const [size = 1, kernel = 1, stride = 1] = [input.shape[1 + axis], sizes[axis], strides[axis]];
    const { before, after } = samePadding({ size, kernel, stride, isSame: true });
    return before === pads[axis] && after === pads[2 + axis];
  });
  return isSame ? 'same' : undefined;
}

/** Pads height and width of an NHWC tensor. */
function pad(tf: TensorFlow, tensor: Tensor, pads: readonly number[], value: number): Tensor {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  return tf.pad(
    tensor,
    [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ],
    value,
  );
}

function integers(value: AttributeValue | undefined): number[] {
  return typeof value === 'object' ? [...value] : [];
}

function last(tensor: Tensor): Value {
  return { tensor, isChannelsLast: true };
}

function first(tensor: Tensor): Value {
  return { tensor, isChannelsLast: false };
}
