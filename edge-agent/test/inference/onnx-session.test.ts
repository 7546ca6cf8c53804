import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';

test('says in one sentence that the runtime has no binary for this machine', async () => {
  const importRuntime = async (): Promise<never> => {
    throw new Error('cannot open shared object file');
  };
  await assert.rejects(openOnnxSession({ model: new Uint8Array(), importRuntime }), {
    code: 'inference_unavailable',
    message: /^ONNX Runtime can't be loaded on this machine \(\w+ \w+\)/,
  });
});
