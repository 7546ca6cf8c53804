/** `@vladmandic/human` on WebAssembly, one thread: its default detector and its emotion network, nothing else. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { answerQuestions } from '../harness/worker.ts';
import { lookAtAll, readPixels, type SubjectParameters, type SubjectQuestion } from './subject.ts';

interface Tensor {
  dispose(): void;
}
interface Human {
  readonly tf: { tensor3d(data: Uint8Array, shape: number[], type: 'int32'): Tensor };
  load(): Promise<void>;
  detect(picture: Tensor): Promise<{
    readonly error: string | null;
    readonly face: readonly { readonly box: readonly [number, number, number, number] }[];
  }>;
}

/** Each frame is a new picture: nothing may be kept from the last one. */
const everyFrame = { skipFrames: 0, skipTime: 0 };
const off = { enabled: false };

await answerQuestions(async (parameters: SubjectParameters) => {
  const { peers, frames } = parameters;
  const require = createRequire(path.join(peers, 'package.json'));
  const wasm = require('@tensorflow/tfjs-backend-wasm') as {
    setThreadsCount(count: number): void;
  };
  wasm.setThreadsCount(1);
  const wasmPath = `${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`;
  const home = path.join(peers, 'node_modules/@vladmandic/human');
  const program = require(path.join(home, 'dist/human.node-wasm.js')) as {
    Human: new (config: object) => Human;
  };
  const human = new program.Human({
    ...{ backend: 'wasm', wasmPath, modelBasePath: await serve(path.join(home, 'models')) },
    ...{ debug: false, async: false, cacheSensitivity: 0, filter: off },
    face: {
      enabled: true,
      detector: { maxDetected: 50, rotation: false, ...everyFrame },
      emotion: { enabled: true, ...everyFrame },
      ...{ mesh: off, iris: off, description: off, antispoof: off, liveness: off },
    },
    ...{ body: off, hand: off, object: off, gesture: off, segmentation: off },
  });
  await human.load();
  const pixels = await readPixels(parameters, 'rgb');
  return async (question: SubjectQuestion) =>
    lookAtAll(question, async (index) => {
      const { width, height } = frames[index]!;
      const picture = human.tf.tensor3d(pixels[index]!, [height, width, 3], 'int32');
      const { face, error } = await human.detect(picture);
      picture.dispose();
      if (error !== null) throw new Error(error);
      return face.map(({ box: [x, y, boxWidth, boxHeight] }) => {
        return { x, y, width: boxWidth, height: boxHeight };
      });
    });
});

/** Its models by HTTP: with Node 24 it can't read files. */
async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const name = path.basename(request.url ?? '');
    readFile(path.join(folder, name)).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
