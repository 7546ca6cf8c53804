import type { Tensor } from '@tensorflow/tfjs-core';
import { decodeGraph, type Graph } from '../../models/index.ts';
import type { ModelInput, ModelOutput, ModelSession } from './model-session.ts';
import type { TensorFlow } from './tfjs-backend.ts';
import { TfjsGraph } from './tfjs-graph.ts';

/**
 * A network on TensorFlow.js, from the same ONNX bytes as on ONNX Runtime: one file, one checksum,
 * whatever runs it. Float models only; computes on the thread that calls.
 */
export function openTfjsSession(options: { model: Uint8Array; tf: TensorFlow }): ModelSession {
  const { model, tf } = options;
  return new TfjsSession({ tf, graph: decodeGraph(model) });
}

class TfjsSession implements ModelSession {
  readonly inputShape: readonly number[];
  readonly outputNames: readonly string[];
  readonly #tf: TensorFlow;
  readonly #network: TfjsGraph;

  constructor({ tf, graph }: { tf: TensorFlow; graph: Graph }) {
    this.#tf = tf;
    this.#network = new TfjsGraph({ tf, graph });
    this.inputShape = graph.input.shape;
    this.outputNames = graph.outputs.map(({ name }) => name);
  }

  async run({ data, shape }: ModelInput): Promise<ReadonlyMap<string, ModelOutput>> {
    const tf = this.#tf;
    const outputs = new Map<string, ModelOutput>();
    tf.tidy(() => {
      const input = tf.tensor(data, [...shape], 'float32');
      for (const [name, tensor] of this.#network.run(input)) outputs.set(name, read(tensor));
    });
    return outputs;
  }

  async close(): Promise<void> {
    this.#network.dispose();
  }
}

function read(tensor: Tensor): ModelOutput {
  return { data: tensor.dataSync<'float32'>(), shape: tensor.shape };
}
