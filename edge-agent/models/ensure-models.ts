import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cardFile, cardsDirectory, readModelCards, verifyModelBytes } from './model-card.ts';
import type { ModelCard, ModelCardFile } from './model-card.ts';
import { ModelError } from './model-error.ts';
import { buildModel, precisionsOf, recipes } from './recipes.ts';
import type { BuiltModelId, ModelRecipe, Precision } from './recipes.ts';
import { findSourcePackage } from './source-package.ts';

/** A model file that is there, with the card that describes it. */
export interface InstalledModel {
  readonly card: ModelCard;
  readonly file: ModelCardFile;
  readonly path: string;
}

export interface ModelProgress {
  /** The file that has just been checked or built. */
  readonly file: string;
  readonly state: 'present' | 'built';
  readonly done: number;
  readonly total: number;
  /** The same for a person, for example `built big-xception-int8.onnx (5 of 6)`. */
  readonly message: string;
}

/** The models of a cache folder. */
export interface InstalledModels {
  /** Throws `model_file_missing` where that model wasn't asked for. */
  get(id: BuiltModelId, precision: Precision): InstalledModel;
  /** Of any model or combination of models. Throws `model_card_invalid` where there is none. */
  card(id: string): ModelCard;
}

/**
 * Builds what is missing or damaged in the cache folder out of the installed weights packages, and
 * checks each file against its card. Safe when several processes start at once: each writes a file of
 * its own and renames it into place, and all write the same bytes.
 */
export async function ensureModels(options: {
  cacheDirectory: string;
  onProgress?: (progress: ModelProgress) => void;
}): Promise<InstalledModels> {
  const { cacheDirectory, onProgress } = options;
  const cards = await readModelCards(cardsDirectory);
  await makeDirectory(cacheDirectory);
  const installed = new Map<string, InstalledModel>();
  const wanted = recipes.flatMap((recipe) =>
    precisionsOf(recipe).map((precision) => ({ recipe, precision })),
  );
  for (const { recipe, precision } of wanted) {
    const card = getCard(cards, recipe.id);
    const file = cardFile(card, precision);
    const model = { card, file, path: path.join(cacheDirectory, file.name) };
    const isPresent = await hasRightBytes(model);
    if (!isPresent) await installModel({ recipe, precision, model });
    installed.set(`${recipe.id}/${precision}`, model);
    const state = isPresent ? 'present' : 'built';
    const [done, total] = [installed.size, wanted.length];
    const message = `${state} ${file.name} (${done} of ${total})`;
    onProgress?.({ file: file.name, state, done, total, message });
  }
  return {
    get: (id, precision) => getModel({ installed, id, precision }),
    card: (id) => getCard(cards, id),
  };
}

function getCard(cards: ReadonlyMap<string, ModelCard>, id: string): ModelCard {
  const card = cards.get(id);
  if (card !== undefined) return card;
  throw new ModelError({ code: 'model_card_invalid', message: `The model ${id} has no card.` });
}

function getModel(options: {
  installed: ReadonlyMap<string, InstalledModel>;
  id: BuiltModelId;
  precision: Precision;
}): InstalledModel {
  const model = options.installed.get(`${options.id}/${options.precision}`);
  if (model !== undefined) return model;
  throw new ModelError({
    code: 'model_file_missing',
    message: `The model ${options.id} (${options.precision}) is not installed.`,
  });
}

async function hasRightBytes({ file, path: filePath }: InstalledModel): Promise<boolean> {
  try {
    verifyModelBytes({ bytes: await readFile(filePath), file, origin: filePath });
    return true;
  } catch {
    // Absent, unreadable or damaged: it is built again, and that reports what stays wrong.
    return false;
  }
}

async function installModel(options: {
  recipe: ModelRecipe;
  precision: Precision;
  model: InstalledModel;
}): Promise<void> {
  const { recipe, precision, model } = options;
  await checkSourceVersion(recipe, model.card);
  const bytes = await buildModel(recipe, precision);
  verifyModelBytes({ bytes, file: model.file, origin: `What ${recipe.weightsPackage} gives` });
  try {
    await writeAtomically(model.path, bytes);
  } catch (cause) {
    throw unwritable(path.dirname(model.path), cause);
  }
}

/** A clearer word than a wrong checksum where another version of the package is installed. */
async function checkSourceVersion({ weightsPackage }: ModelRecipe, card: ModelCard): Promise<void> {
  const { version } = await findSourcePackage(weightsPackage);
  if (version === card.source.version) return;
  throw new ModelError({
    code: 'model_source_changed',
    message: `The model ${card.id} is made from ${weightsPackage} ${card.source.version}, but ${version} is installed.`,
  });
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

/** A reader sees the old file or the whole new one, also after a power cut. */
async function writeAtomically(filePath: string, bytes: Uint8Array): Promise<void> {
  const temporaryPath = `${filePath}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporaryPath, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporaryPath, filePath);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
  const directory = await open(path.dirname(filePath), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function unwritable(directory: string, cause: unknown): ModelError {
  return new ModelError({
    code: 'model_cache_unwritable',
    message: `The model cache ${directory} can't be written.`,
    cause,
  });
}
