/** A thread that opens whatever it is given and never answers a pass: it waits where JavaScript can be interrupted. */
import { parentPort } from 'node:worker_threads';
import type { ThreadQuestion } from '../../src/inference/thread-messages.ts';

parentPort?.on('message', ({ id, kind }: ThreadQuestion) => {
  if (kind === 'run') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const value = { backend: 'onnx', session: 1, inputShape: [1], outputNames: [] };
  parentPort?.postMessage({ id, value });
});
