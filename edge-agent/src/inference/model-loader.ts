import { readFile } from 'node:fs/promises';
import { ModelError, verifyModelBytes } from '../../models/index.ts';
import type { InstalledModel } from '../../models/index.ts';
import type { ModelSession, SessionOpener } from './model-session.ts';
import { openOnnxSession } from './onnx-session.ts';

/** Opens the network of an installed model after its bytes were checked against its card. */
export async function openInstalledModel(
  model: InstalledModel,
  openSession: SessionOpener = openOnnxSession,
): Promise<ModelSession> {
  const bytes = await readModelFile(model.path);
  verifyModelBytes({ bytes, file: model.file, origin: model.path });
  return openSession({ model: bytes });
}

/** The bytes of a model file. Throws `model_file_missing`. */
export async function readModelFile(filePath: string): Promise<Uint8Array> {
  try {
    return await readFile(filePath);
  } catch (cause) {
    throw new ModelError({
      code: 'model_file_missing',
      message: `The model file ${filePath} can't be read.`,
      cause,
    });
  }
}

/** The session of an adapter that was started. Throws where it wasn't. */
export function requireStarted(session: ModelSession | undefined): ModelSession {
  if (session !== undefined) return session;
  throw new ModelError({ code: 'inference_unavailable', message: 'The model was not started.' });
}
