import path from 'node:path';
import type { ClassifierModel, DetectorModel, DeviceSettings } from '@emotion-fleet/contracts';
import { fetchableModel, type FetchableModel } from '../../models/index.ts';

/** A file that a configuration needs: from where, and what it must be. */
export type WantedModel = Pick<FetchableModel, 'file' | 'url' | 'bytes' | 'sha256'>;

/** The kinds that a device has to load a file for. */
export type FileModel = Extract<DetectorModel | ClassifierModel, { url?: string }>;

/** The files of a configuration; none for what the agent brings itself. */
export function wantedModels({ detector, classifier }: DeviceSettings): WantedModel[] {
  return [detector, classifier]
    .filter((model) => model !== undefined && isFileModel(model))
    .map((model) => wantedModel(model));
}

/** Where the file of a model lies in the folder. */
export function wantedModelPath({ model, folder }: { model: FileModel; folder: string }): string {
  return path.join(folder, wantedModel(model).file);
}

function isFileModel(model: DetectorModel | ClassifierModel): model is FileModel {
  return model.kind !== 'blazeface' && model.kind !== 'fast' && model.kind !== 'accurate';
}

function wantedModel(model: FileModel): WantedModel {
  if (model.kind === 'xception') {
    const { id, url, bytes, sha256 } = model;
    // Named by its content, too: the one before stays while another one of the same id is tried.
    return { file: `${id}-${sha256.slice(0, 16)}.onnx`, url, bytes, sha256 };
  }
  const published = fetchableModel(model.kind);
  return { ...published, url: model.url ?? published.url };
}
