import { encodeGraph } from '../../models/onnx-graph.ts';

/** All twelve outputs of a YuNet that sees nothing, to be filled in by a test. */
export function emptyYunetOutputs(options: {
  width: number;
  height: number;
}): Map<string, { data: Float32Array; columns: number }> {
  const columnsOf = { cls: 1, obj: 1, bbox: 4, kps: 10 };
  const outputs = new Map<string, { data: Float32Array; columns: number }>();
  for (const stride of [8, 16, 32]) {
    const cells = (options.width / stride) * (options.height / stride);
    for (const [name, columns] of Object.entries(columnsOf)) {
      outputs.set(`${name}_${stride}`, { data: new Float32Array(cells * columns), columns });
    }
  }
  return outputs;
}

/** A network with the outputs of a YuNet at one size that sees the same face in each picture. */
export function yunetThatSeesOneFace(
  size: { width: number; height: number },
  inputShape: readonly number[] = [1, 3, size.height, size.width],
): Uint8Array {
  const outputs = emptyYunetOutputs(size);
  outputs.get('cls_16')!.data[6] = 1;
  outputs.get('obj_16')!.data[6] = 0.81;
  outputs.get('bbox_16')!.data.set([0.5, 0, 0, 0], 6 * 4);
  outputs.get('kps_16')!.data.set([0.75, 0, 0.25, 0], 6 * 10);
  const results = [...outputs].map(([name, { data, columns }]) => ({
    name,
    shape: [1, data.length / columns, columns],
    data,
  }));
  return encodeGraph({
    name: 'one face',
    input: { name: 'input', shape: inputShape },
    outputs: results.map(({ name, shape }) => ({ name, shape })),
    nodes: results.map(({ name }) => ({
      operation: 'Identity',
      inputs: [`${name}_value`],
      output: name,
      attributes: {},
    })),
    constants: results.map(({ name, shape, data }) => ({ name: `${name}_value`, shape, data })),
  });
}
