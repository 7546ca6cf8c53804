import { readFile } from 'node:fs/promises';
import { fetchableModel } from './fetchable-models.ts';
import { readKerasModel } from './keras-model.ts';
import { translateKerasClassifier } from './keras-to-graph.ts';
import { sha256Of } from './model-card.ts';
import { ModelError } from './model-error.ts';
import { encodeGraph } from './onnx-graph.ts';

const published = fetchableModel('minixception');

/**
 * The ONNX bytes of mini-Xception, made from its published Keras file: 64x64 grey in, the logits of the
 * seven FER2013 classes out. In float only: its depthwise convolutions run slower in int8, and the file
 * is small as it is.
 *
 * @throws ModelError `model_file_missing`, `model_sha256_mismatch`
 */
export async function buildMiniXception(filePath: string): Promise<Uint8Array> {
  const bytes = await readPublished(filePath);
  if (sha256Of(bytes) !== published.sha256) {
    throw new ModelError({
      code: 'model_sha256_mismatch',
      message: `${filePath} is not the mini-Xception that its authors published: run npm run models -- fetch minixception.`,
    });
  }
  const layers = readKerasModel(bytes);
  return encodeGraph(
    translateKerasClassifier({ layers, name: 'mini-xception', inputShape: [1, 64, 64, 1] }),
  );
}

async function readPublished(filePath: string): Promise<Uint8Array> {
  try {
    return await readFile(filePath);
  } catch (cause) {
    throw new ModelError({
      code: 'model_file_missing',
      message: `The model file ${filePath} can't be read: run npm run models -- fetch minixception.`,
      cause,
    });
  }
}
