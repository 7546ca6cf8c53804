import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import type * as Wasm from '@tensorflow/tfjs-backend-wasm';
import type * as Tfjs from '@tensorflow/tfjs-core';
import { ModelError } from '../../models/index.ts';

export type TensorFlow = typeof Tfjs;

const require = createRequire(import.meta.url);

/** Where `scripts/tfjs-node.mjs` puts the native backend: apart, since no lockfile should carry 600 MB. */
export const tfjsNodeFolder = path.join(import.meta.dirname, '../../../.cache/tfjs-node');

/** True where the opt-in script was run; whether it loads is another question. */
export function hasTfjsNode(folder = tfjsNodeFolder): boolean {
  return existsSync(path.join(folder, 'installed.json'));
}

/** TensorFlow.js on WebAssembly, one thread. @throws ModelError `inference_unavailable` */
export async function loadTfjsWasm(): Promise<TensorFlow> {
  try {
    // Not `import`: only the CommonJS builds are whole in Node, and both must share one core.
    const tf = require('@tensorflow/tfjs-core') as TensorFlow;
    const wasm = require('@tensorflow/tfjs-backend-wasm') as typeof Wasm;
    const binaries = path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
    wasm.setWasmPaths(`${binaries}${path.sep}`);
    wasm.setThreadsCount(1);
    await activate(tf, 'wasm');
    return tf;
  } catch (cause) {
    throw unavailable("TensorFlow.js can't run on WebAssembly on this machine.", cause);
  }
}

/** TensorFlow.js on TensorFlow's own library. @throws ModelError `inference_unavailable` */
export async function loadTfjsNode(folder = tfjsNodeFolder): Promise<TensorFlow> {
  try {
    restoreNode22Utilities();
    const tf = createRequire(path.join(folder, 'package.json'))(
      '@tensorflow/tfjs-node',
    ) as TensorFlow;
    await activate(tf, 'tensorflow');
    return tf;
  } catch (cause) {
    throw unavailable(
      "@tensorflow/tfjs-node can't be loaded: run node scripts/tfjs-node.mjs.",
      cause,
    );
  }
}

async function activate(tf: TensorFlow, backend: string): Promise<void> {
  tf.enableProdMode();
  const isReady = await tf.setBackend(backend);
  if (!isReady) throw new Error(`the backend ${backend} doesn't start`);
}

/** tfjs-node 4.22 calls two functions that Node 23 took away; the fix was merged and never released. */
function restoreNode22Utilities(): void {
  const old = util as { isNullOrUndefined?: unknown; isArray?: unknown };
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}

function unavailable(message: string, cause: unknown): ModelError {
  return new ModelError({ code: 'inference_unavailable', message, cause });
}
