import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { YunetDetector } from '../../src/detect/yunet-detector.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';
import { yunetThatSeesOneFace } from './yunet-tensors.ts';

const size = { width: 64, height: 32 };
const frame = { width: 128, height: 64, data: new Uint8Array(128 * 64 * 1.5), capturedAtMs: 0 };

test('runs a file at its own size and gives boxes and eyes in frame pixels', async () => {
  await withTemporaryFolder(async (folder) => {
    const modelPath = path.join(folder, 'yunet.onnx');
    await writeFile(modelPath, yunetThatSeesOneFace(size));
    const detector = new YunetDetector({ modelPath });
    await detector.start();
    const [face, ...others] = await detector.detect(frame);
    await detector.stop();
    assert.equal(detector.modelId, 'yunet-64x32-fp32');
    assert.deepEqual(others, []);
    assert.ok(Math.abs(face!.score - 0.9) < 1e-6);
    assert.deepEqual(face!.box, { x: 64, y: 16, width: 32, height: 32 });
    assert.deepEqual(
      face!.eyes!.map(({ x }) => x),
      [72, 88],
    );
  });
});

test('runs a file of a fixed size at that size, whatever the shape of the pictures', async () => {
  await withTemporaryFolder(async (folder) => {
    const modelPath = path.join(folder, 'yunet.onnx');
    await writeFile(modelPath, yunetThatSeesOneFace(size));
    const detector = new YunetDetector({ modelPath });
    await detector.start();
    const [face] = await detector.detect({ ...frame, width: 64, height: 64 });
    await detector.stop();
    // The picture is 32 x 32 in the middle of 64 x 32.
    assert.deepEqual(face!.box, { x: 32, y: 16, width: 32, height: 32 });
  });
});

test('runs a file of open size at the size of the scaled picture, without border', async () => {
  await withTemporaryFolder(async (folder) => {
    const modelPath = path.join(folder, 'yunet.onnx');
    await writeFile(modelPath, yunetThatSeesOneFace(size, [0, 3, 0, 0]));
    const detector = new YunetDetector({ modelPath, width: 128, height: 32 });
    await detector.start();
    const [face] = await detector.detect(frame);
    await detector.stop();
    assert.equal(detector.modelId, 'yunet-128x32-fp32');
    assert.deepEqual(face!.box, { x: 64, y: 16, width: 32, height: 32 });
  });
});

test('says that a file is missing, no model, or another model', async () => {
  await withTemporaryFolder(async (folder) => {
    const modelPath = path.join(folder, 'model.onnx');
    const detector = new YunetDetector({ modelPath });
    await assert.rejects(detector.start(), { code: 'model_file_missing' });
    await writeFile(modelPath, '<html>not here</html>');
    await assert.rejects(detector.start(), { code: 'model_shape_unexpected' });
    const input = { name: 'input', shape: [1, 3, 32, 32] };
    const node = { operation: 'Relu', inputs: ['input'], output: 'result', attributes: {} };
    const other = {
      name: 'other',
      input,
      outputs: [{ name: 'result' }],
      nodes: [node],
      constants: [],
    };
    await writeFile(modelPath, encodeGraph(other));
    await assert.rejects(detector.start(), { message: /isn't a YuNet/ });
    await assert.rejects(detector.detect(frame), { code: 'inference_unavailable' });
  });
});
