/**
 * Loaded into an agent with `--import`: once the file HANG_FILE is there, each pass of a network waits for ever. With
 * HANG_HOW=native it waits outside of JavaScript, where nothing can interrupt it, as in a library or the kernel.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const { HANG_FILE: file = '', HANG_HOW: how } = process.env;

if (!isMainThread) {
  const { InferenceSession } = await import('onnxruntime-node');
  const { prototype } = InferenceSession as unknown as { prototype: InferenceSessionMethods };
  const { run } = prototype;
  prototype.run = function (...inputs) {
    if (existsSync(file)) hang();
    return run.apply(this, inputs);
  };
}

interface InferenceSessionMethods {
  run: (...inputs: unknown[]) => Promise<unknown>;
}

function hang(): void {
  if (how === 'native') execFileSync('sleep', ['3600']);
  else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
