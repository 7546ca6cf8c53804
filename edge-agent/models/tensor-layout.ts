import type { TfjsWeight } from './tfjs-model.ts';

export interface FloatTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Where a window operation pads one axis, and what size comes out. */
export interface AxisPadding {
  readonly before: number;
  readonly after: number;
  readonly outputSize: number;
}

/** TensorFlow's SAME padding (the odd pixel goes after) or, where `isSame` is false, VALID. */
export function samePadding(options: {
  size: number;
  kernel: number;
  stride: number;
  isSame: boolean;
}): AxisPadding {
  const { size, kernel, stride, isSame } = options;
  if (!isSame) {
    return { before: 0, after: 0, outputSize: Math.floor((size - kernel) / stride) + 1 };
  }
  const outputSize = Math.ceil(size / stride);
  const total = Math.max((outputSize - 1) * stride + kernel - size, 0);
  const before = Math.floor(total / 2);
  return { before, after: total - before, outputSize };
}

/** How a kernel slides over a [1, height, width, channels] input: ONNX's attributes, and the size that comes out. */
export function slidingWindow(options: {
  input: readonly number[];
  /** Height, then width; as are the strides. */
  kernel: readonly [number, number];
  strides: readonly [number, number];
  isSame: boolean;
}) {
  const { input, kernel, strides, isSame } = options;
  const [, height = 1, width = 1] = input;
  const y = samePadding({ size: height, kernel: kernel[0], stride: strides[0], isSame });
  const x = samePadding({ size: width, kernel: kernel[1], stride: strides[1], isSame });
  return {
    attributes: {
      kernel_shape: [...kernel],
      pads: [y.before, x.before, y.after, x.after],
      strides: [...strides],
    },
    outputHeight: y.outputSize,
    outputWidth: x.outputSize,
  };
}

/** A convolution filter from TensorFlow's [height, width, in, out] to ONNX's [out, in, height, width]. */
export function toOnnxFilter({ shape, data }: TfjsWeight): FloatTensor {
  const [height = 1, width = 1, inputs = 1, outputs = 1] = shape;
  const transposed = new Float32Array(data.length);
  let target = 0;
  for (let output = 0; output < outputs; output += 1) {
    for (let input = 0; input < inputs; input += 1) {
      for (let cell = 0; cell < height * width; cell += 1) {
        transposed[target++] = data[(cell * inputs + input) * outputs + output]!;
      }
    }
  }
  return { shape: [outputs, inputs, height, width], data: transposed };
}

/** A depthwise filter from [height, width, in, multiplier] to ONNX's [in * multiplier, 1, height, width]. */
export function toOnnxDepthwiseFilter({ shape, data }: TfjsWeight): FloatTensor {
  const [height = 1, width = 1, inputs = 1, multiplier = 1] = shape;
  const outputs = inputs * multiplier;
  const transposed = new Float32Array(data.length);
  let target = 0;
  for (let output = 0; output < outputs; output += 1) {
    for (let cell = 0; cell < height * width; cell += 1) {
      transposed[target++] = data[cell * outputs + output]!;
    }
  }
  return { shape: [outputs, 1, height, width], data: transposed };
}

/** Paddings from TensorFlow's [before, after] pairs (NHWC) to ONNX's all befores, all afters (NCHW). */
export function toNchwPadding(paddings: readonly number[]): number[] {
  const axes = [0, 3, 1, 2];
  return [
    ...axes.map((axis) => paddings[axis * 2]!),
    ...axes.map((axis) => paddings[axis * 2 + 1]!),
  ];
}
