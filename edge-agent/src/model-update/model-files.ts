import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DeviceSettings } from '@emotion-fleet/contracts';
import { hasModelFile } from '../../models/index.ts';
import type { AgentConfig } from '../config.ts';
import { wantedModels } from './wanted-models.ts';

/** Of this device alone: the cache may be shared by several agents, and what nobody needs any more is removed here. */
export function modelFolderOf({ modelCache, deviceId }: AgentConfig): string {
  return path.join(modelCache, `desired-${deviceId}`);
}

/** True where all files of a configuration are there and right. */
export async function areModelsReady(settings: DeviceSettings, folder: string): Promise<boolean> {
  for (const model of wantedModels(settings)) {
    if (!(await hasModelFile(path.join(folder, model.file), model))) return false;
  }
  return true;
}

/** Removes the files that none of these configurations needs. */
export async function tidyModels(kept: readonly DeviceSettings[], folder: string): Promise<void> {
  const wanted = new Set(kept.flatMap(wantedModels).map(({ file }) => file));
  const names = await readdir(folder).catch(() => []);
  // A `.part` belongs to its file: it may be going on.
  const obsolete = names.filter((name) => !wanted.has(name.replace(/\.part$/, '')));
  for (const name of obsolete) await rm(path.join(folder, name), { force: true });
}
