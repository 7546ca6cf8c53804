/** `@vladmandic/face-api` on WebAssembly, one thread: its fast detector at its usual size, and expressions. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Box } from '@emotion-fleet/edge-agent/vision';
import { answerQuestions } from '../harness/worker.ts';
import { lookAtAll, readPixels, type SubjectParameters, type SubjectQuestion } from './subject.ts';

interface Tensor {
  dispose(): void;
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  enableProdMode(): void;
  tensor3d(data: Uint8Array, shape: number[], type: 'int32'): Tensor;
}
interface Network {
  loadFromDisk(folder: string): Promise<void>;
}
interface FaceApi {
  readonly tf: TensorFlow;
  readonly nets: { readonly tinyFaceDetector: Network; readonly faceExpressionNet: Network };
  readonly TinyFaceDetectorOptions: new (options: { inputSize: number }) => object;
  detectAllFaces(
    picture: Tensor,
    options: object,
  ): { withFaceExpressions(): Promise<readonly { readonly detection: { readonly box: Box } }[]> };
}

await answerQuestions(async (parameters: SubjectParameters) => {
  const { peers, frames } = parameters;
  const require = createRequire(path.join(peers, 'package.json'));
  const wasm = require('@tensorflow/tfjs-backend-wasm') as {
    setWasmPaths(folder: string): void;
    setThreadsCount(count: number): void;
  };
  wasm.setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  wasm.setThreadsCount(1);
  const home = path.join(peers, 'node_modules/@vladmandic/face-api');
  const faceApi = require(path.join(home, 'dist/face-api.node-wasm.js')) as FaceApi;
  await faceApi.tf.setBackend('wasm');
  faceApi.tf.enableProdMode();
  for (const network of [faceApi.nets.tinyFaceDetector, faceApi.nets.faceExpressionNet]) {
    await network.loadFromDisk(path.join(home, 'model'));
  }
  const options = new faceApi.TinyFaceDetectorOptions({ inputSize: 416 });
  const pixels = await readPixels(parameters, 'rgb');
  return async (question: SubjectQuestion) =>
    lookAtAll(question, async (index) => {
      const { width, height } = frames[index]!;
      const picture = faceApi.tf.tensor3d(pixels[index]!, [height, width, 3], 'int32');
      const faces = await faceApi.detectAllFaces(picture, options).withFaceExpressions();
      picture.dispose();
      return faces.map(({ detection: { box } }) => {
        return { x: box.x, y: box.y, width: box.width, height: box.height };
      });
    });
});
