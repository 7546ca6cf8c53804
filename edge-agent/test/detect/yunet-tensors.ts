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
