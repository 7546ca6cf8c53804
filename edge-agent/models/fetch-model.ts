import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { FetchableModel } from './fetchable-models.ts';
import { sha256Of } from './model-card.ts';
import { ModelError } from './model-error.ts';

export interface FetchModelOptions {
  readonly model: Pick<FetchableModel, 'file' | 'bytes' | 'sha256'>;
  readonly url: string;
  /** Made where it isn't there. */
  readonly directory: string;
  /** A server that says nothing for this long is given up. */
  readonly silentMs?: number;
}

export interface FetchedModel {
  readonly path: string;
  /** `present`: nothing was loaded. */
  readonly state: 'present' | 'fetched';
}

const lfsPointer = 'version https://git-lfs';

/**
 * Loads a model file and checks it against its pinned size and sha256; only a right one gets its name.
 * What was loaded before a break lies beside it as `.part`, and the next call goes on from there.
 *
 * @throws ModelError `model_unreachable` (network; worth another call), `model_lfs_pointer`,
 *   `model_sha256_mismatch`, `model_cache_unwritable`
 */
export async function fetchModel(options: FetchModelOptions): Promise<FetchedModel> {
  const { model, directory } = options;
  const target = path.join(directory, model.file);
  if (await isRight(target, model)) return { path: target, state: 'present' };
  const part = `${target}.part`;
  const file = await openPart(part);
  try {
    await download(file, options);
    await file.sync();
  } finally {
    await file.close();
  }
  await verify(part, options);
  await rename(part, target);
  return { path: target, state: 'fetched' };
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    await mkdir(path.dirname(part), { recursive: true });
    return await open(part, 'a+');
  } catch (cause) {
    throw new ModelError({
      code: 'model_cache_unwritable',
      message: `The folder ${path.dirname(part)} can't be written.`,
      cause,
    });
  }
}

async function download(file: FileHandle, options: FetchModelOptions): Promise<void> {
  const { model, url, silentMs = 30_000 } = options;
  let have = (await file.stat()).size;
  if (have === model.bytes) return;
  if (have > model.bytes) have = await restart(file);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('silent')), silentMs);
  try {
    const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
    const response = await fetch(url, { headers, signal: abort.signal });
    const isPart = response.status === 206 && continuesAt(response, have);
    if (!response.ok || response.body === null || (response.status === 206 && !isPart)) {
      // A server that can't go on from here can begin anew.
      await restart(file);
      throw unreachable(url, `it answered ${response.status}`);
    }
    if (!isPart) have = await restart(file);
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      timer.refresh();
      have += chunk.length;
      // More than there should be is as wrong as anything else; the check says so.
      await file.appendFile(chunk);
      if (have > model.bytes) break;
    }
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw unreachable(url, reasonOf(cause), cause);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

async function restart(file: FileHandle): Promise<number> {
  await file.truncate(0);
  return 0;
}

function continuesAt(response: Response, from: number): boolean {
  return response.headers.get('content-range')?.startsWith(`bytes ${from}-`) ?? false;
}

async function verify(part: string, { model, url }: FetchModelOptions): Promise<void> {
  const bytes = await readFile(part);
  if (bytes.length === model.bytes && sha256Of(bytes) === model.sha256) return;
  const isPointer = bytes.subarray(0, lfsPointer.length).toString('latin1') === lfsPointer;
  // A break would have thrown before: this is all that the server has.
  await rm(part, { force: true });
  if (isPointer) {
    throw new ModelError({
      code: 'model_lfs_pointer',
      message: `${url} gives a Git LFS pointer instead of the file: use the "raw" address of the repository, or a copy of the file.`,
    });
  }
  throw new ModelError({
    code: 'model_sha256_mismatch',
    message: `${url} gives another file than ${model.file}: ${bytes.length} bytes with sha256 ${sha256Of(bytes)}, expected ${model.bytes} bytes with ${model.sha256}.`,
  });
}

async function isRight(file: string, model: FetchModelOptions['model']): Promise<boolean> {
  const size = await stat(file).then(
    (found) => found.size,
    () => -1,
  );
  return size === model.bytes && sha256Of(await readFile(file)) === model.sha256;
}

function unreachable(url: string, reason: string, cause?: unknown): ModelError {
  return new ModelError({
    code: 'model_unreachable',
    message: `${url} can't be loaded: ${reason}. Run the command again to go on, or give another address with --url.`,
    cause,
  });
}

/** undici hides what happened in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message === 'silent') return 'the server says nothing';
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'no network, or no such host';
  return code ?? cause.message;
}
