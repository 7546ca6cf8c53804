import type { Graph, GraphConstant, GraphNode } from './onnx-graph.ts';

/** Of a tensor in ONNX Runtime on x86: 8 channels lie together, with AVX-512 16. */
const blockSize = 16;
const kernel = { kernel_shape: [1, 1], strides: [1, 1], pads: [0, 0, 0, 0] };

/**
 * The same network in operations that ONNX Runtime has for its blocked layout (NCHWc) of x86. It leaves
 * that layout for a `Pad`, and for a `MaxPool` whose channels don't fill the blocks; then the sums behind
 * them aren't fused into the convolutions any more, and tensors are rearranged around each of them. So
 * channels are added by a convolution that copies the others, and what is added to a convolution goes
 * through one that copies all.
 *
 * BlazeFace takes a sixth less time by it with AVX-512; what it adds is a hundredth of its multiplications.
 */
export function keepBlocked(graph: Graph): Graph {
  const writer = new BlockedWriter(graph);
  for (const node of graph.nodes) writer.add(node);
  return writer.build();
}

class BlockedWriter {
  readonly #graph: Graph;
  readonly #given: ReadonlyMap<string, GraphConstant>;
  /** Whose operands are added up. */
  readonly #added: ReadonlySet<string>;
  readonly #channels = new Map<string, number>();
  readonly #nodes: GraphNode[] = [];
  readonly #filters: GraphConstant[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#given = new Map(graph.constants.map((constant) => [constant.name, constant]));
    const sums = graph.nodes.filter(({ operation }) => operation === 'Add');
    this.#added = new Set(sums.flatMap(({ inputs }) => inputs));
    this.#channels.set(graph.input.name, graph.input.shape[1] ?? 1);
  }

  add(node: GraphNode): void {
    const [input = '', second = ''] = node.inputs;
    const channels = this.#channels.get(input) ?? 1;
    const padded = node.operation === 'Pad' ? this.#addedChannels(second) : 0;
    if (padded > 0) this.#addCopy({ from: input, to: node.output, channels, padded });
    else if (this.#isUnblockedOperand(node, channels)) {
      const pooled = `${node.output}_pooled`;
      this.#nodes.push({ ...node, output: pooled });
      this.#addDepthwiseCopy({ from: pooled, to: node.output, channels });
    } else this.#nodes.push(node);
    const filters = node.operation === 'Conv' ? this.#given.get(second)?.shape[0] : undefined;
    this.#channels.set(node.output, filters ?? channels + padded);
  }

  build(): Graph {
    const needed = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    const kept = this.#graph.constants.filter(({ name }) => needed.has(name));
    return { ...this.#graph, nodes: this.#nodes, constants: [...kept, ...this.#filters] };
  }

  #isUnblockedOperand({ operation, output }: GraphNode, channels: number): boolean {
    return operation === 'MaxPool' && channels % blockSize !== 0 && this.#added.has(output);
  }

  /** Behind the last channel; 0 where the padding is of another kind. Pads are all axes' befores, then their afters. */
  #addedChannels(pads: string): number {
    const [beforeN, before, top, left, afterN, after = 0, bottom, right] = Array.from(
      this.#given.get(pads)?.data ?? [],
      Number,
    );
    const others = [beforeN, before, top, left, afterN, bottom, right];
    return others.every((pad) => pad === 0) ? after : 0;
  }

  #addCopy(options: { from: string; to: string; channels: number; padded: number }): void {
    const { from, to, channels, padded } = options;
    const filter = new Float32Array((channels + padded) * channels);
    for (let channel = 0; channel < channels; channel += 1) filter[channel * (channels + 1)] = 1;
    this.#convolve({ from, to, shape: [channels + padded, channels, 1, 1], filter, group: 1 });
  }

  #addDepthwiseCopy(options: { from: string; to: string; channels: number }): void {
    const { from, to, channels } = options;
    const filter = new Float32Array(channels).fill(1);
    this.#convolve({ from, to, shape: [channels, 1, 1, 1], filter, group: channels });
  }

  #convolve(options: {
    from: string;
    to: string;
    shape: readonly number[];
    filter: Float32Array;
    group: number;
  }): void {
    const { from, to, shape, filter, group } = options;
    const name = `${to}_filter`;
    this.#filters.push({ name, shape, data: filter });
    const attributes = { group, ...kernel };
    this.#nodes.push({ operation: 'Conv', inputs: [from, name], output: to, attributes });
  }
}
