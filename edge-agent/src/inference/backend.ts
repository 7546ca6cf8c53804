import type { SessionOpener } from './model-session.ts';
import { openOnnxSession } from './onnx-session.ts';
import { hasTfjsNode, loadTfjsNode, loadTfjsWasm } from './tfjs-backend.ts';
import { openTfjsSession } from './tfjs-session.ts';

/** What runs the networks. `tfjs-node` has to be installed apart, see `scripts/tfjs-node.mjs`. */
export type Backend = 'onnx' | 'tfjs-wasm' | 'tfjs-node';

export interface LoadedBackend {
  readonly backend: Backend;
  readonly openSession: SessionOpener;
  /** Why it isn't the one that was asked for. */
  readonly fallbackReason?: string;
}

/**
 * Loads a backend, and nothing of the others. Where `tfjs-node` can't be loaded it is WebAssembly, which
 * runs everywhere.
 *
 * @throws ModelError `inference_unavailable`
 */
export async function loadBackend(wanted: Backend): Promise<LoadedBackend> {
  if (wanted === 'onnx') return { backend: wanted, openSession: openOnnxSession };
  if (wanted === 'tfjs-node') {
    try {
      const tf = await loadTfjsNode();
      return { backend: wanted, openSession: async ({ model }) => openTfjsSession({ model, tf }) };
    } catch (error) {
      const { openSession } = await loadBackend('tfjs-wasm');
      return { backend: 'tfjs-wasm', openSession, fallbackReason: String(error) };
    }
  }
  const tf = await loadTfjsWasm();
  return { backend: wanted, openSession: async ({ model }) => openTfjsSession({ model, tf }) };
}

/** The backend of a setting: TensorFlow.js is the native one where somebody has installed it. */
export function backendOf(setting: 'onnx' | 'tfjs'): Backend {
  if (setting === 'onnx') return 'onnx';
  return hasTfjsNode() ? 'tfjs-node' : 'tfjs-wasm';
}
