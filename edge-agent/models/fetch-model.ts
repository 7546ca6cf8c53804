import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { connectionFault, proxyFault } from './connection-fault.ts';
import type { FetchableModel } from './fetchable-models.ts';
import { sha256Of } from './model-card.ts';
import { ModelError } from './model-error.ts';

export interface FetchModelOptions {
  readonly model: Pick<FetchableModel, 'file' | 'bytes' | 'sha256'>;
  readonly url: string;
  /** Made where it isn't there. */
  readonly directory: string;
  /** A server that says nothing for this long, or hardly anything, is given up. */
  readonly silentMs?: number;
  /** Ends the load at once; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface FetchedModel {
  readonly path: string;
  /** `present`: nothing was loaded. */
  readonly state: 'present' | 'fetched';
}

const maxRedirects = 5;
/** So much has to come in `silentMs`: a byte now and then would hold a load for ever. */
const leastBytes = 4_096;
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
  if (await hasModelFile(target, model)) return { path: target, state: 'present' };
  const part = `${target}.part`;
  const wentOn = await load(part, options);
  // Its halves may be of two files, or the first one was torn by a power cut: the server's own is judged, not that.
  if (wentOn && !(await hasModelFile(part, model))) {
    await rm(part);
    await load(part, options);
  }
  await verify(part, options);
  await rename(part, target);
  return { path: target, state: 'fetched' };
}

/** Gives true where it went on from what an earlier call had loaded. */
async function load(part: string, options: FetchModelOptions): Promise<boolean> {
  const file = await openPart(part);
  try {
    const wentOn = await download(file, options);
    await file.sync();
    return wentOn;
  } finally {
    await file.close();
  }
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    await mkdir(path.dirname(part), { recursive: true });
    return await open(part, 'a+');
  } catch (cause) {
    throw unwritable(part, cause);
  }
}

function unwritable(part: string, cause: unknown): ModelError {
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOSPC' ? 'the disk is full' : code;
  return new ModelError({
    code: 'model_cache_unwritable',
    message: `The folder ${path.dirname(part)} can't be written: ${why}.`,
    cause,
  });
}

async function download(file: FileHandle, options: FetchModelOptions): Promise<boolean> {
  const { model, url, signal, silentMs = 30_000 } = options;
  let have = (await file.stat()).size;
  if (have === model.bytes) return true;
  if (have > model.bytes) have = await restart(file);
  const abort = new AbortController();
  const either = signal === undefined ? abort.signal : AbortSignal.any([signal, abort.signal]);
  let heardBytes = have;
  const timer = setTimeout(() => abort.abort(new Error('silent')), silentMs);
  try {
    const response = await get(url, { from: have, signal: either, silentMs });
    const { statusCode = 0, httpVersion, headers } = response;
    const isPart = statusCode === 206 && continuesAt(response, have);
    if (!isPart && statusCode !== 200) {
      // A server that can't go on from here can begin anew; one that is busy or fails goes on later.
      if (statusCode === 416 || statusCode === 206) await restart(file);
      // Of a server itself it makes no sense.
      const isProxy = statusCode === 407;
      throw unreachable(url, isProxy ? proxyFault(statusCode) : `it answered ${statusCode}`);
    }
    if (!isPart) have = await restart(file);
    const wentOn = have > 0;
    heardBytes = have;
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      have += chunk.length;
      if (have - heardBytes >= leastBytes) {
        heardBytes = have;
        timer.refresh();
      }
      // More than there should be is as wrong as anything else; the check says so.
      await append(file, chunk, options);
      if (have > model.bytes) break;
    }
    // Where neither a length nor a chunk of zero says the end, a break looks like one.
    const isCertain = httpVersion !== '1.0' || headers['content-length'] !== undefined;
    if (have < model.bytes && (!isCertain || (isPart && hasMore(response)))) {
      throw unreachable(url, `it ended after ${have} of ${model.bytes} bytes`);
    }
    return wentOn;
  } catch (cause) {
    signal?.throwIfAborted();
    if (abort.signal.aborted) throw unreachable(url, silence(have > heardBytes), cause);
    if (cause instanceof ModelError || !(cause instanceof Error)) throw cause;
    throw unreachable(url, connectionFault(cause, url), cause);
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
}

function silence(isDripping: boolean): string {
  return isDripping ? 'the server sends hardly anything' : 'the server says nothing';
}

/** A full disk is not the server's fault. */
async function append(file: FileHandle, chunk: Uint8Array, options: FetchModelOptions) {
  try {
    await file.appendFile(chunk);
  } catch (cause) {
    throw unwritable(path.join(options.directory, options.model.file), cause);
  }
}

/**
 * The answer to a GET, redirects followed. Not by `fetch`: undici 7 ends the process with an assertion where an HTTP/1.0
 * server closes while the reader is slower than the network.
 */
async function get(
  url: string,
  options: { from: number; signal: AbortSignal; silentMs: number; redirects?: number },
): Promise<IncomingMessage> {
  const { from, signal, silentMs, redirects = 0 } = options;
  const { get: request } = url.startsWith('https:') ? https : http;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {};
    const fail = (error: Error) => reject(unreachable(url, connectionFault(error, url), error));
    // Node tells no signal to a proxy that hasn't opened its tunnel yet: the timeout, 5 s without one, ends that.
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    request(url, { headers, signal, timeout: silentMs }, resolve).on('error', fail);
  });
  const { statusCode = 0, headers } = response;
  if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return response;
  response.destroy();
  if (redirects >= maxRedirects) throw unreachable(url, 'it sends from address to address');
  const next = new URL(headers.location, url);
  if (!/^https?:$/.test(next.protocol)) throw unreachable(url, `it sends to ${next.protocol}`);
  return get(next.href, { ...options, redirects: redirects + 1 });
}

async function restart(file: FileHandle): Promise<number> {
  await file.truncate(0);
  return 0;
}

function continuesAt(response: IncomingMessage, from: number): boolean {
  return response.headers['content-range']?.startsWith(`bytes ${from}-`) ?? false;
}

/** A server may give less than the range that was asked for; the next call goes on. */
function hasMore({ headers }: IncomingMessage): boolean {
  const [, end, total] = /-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  return Number(end) + 1 < Number(total);
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

/** True where the file is there, and is that model. */
export async function hasModelFile(
  file: string,
  model: FetchModelOptions['model'],
): Promise<boolean> {
  const size = await stat(file).then(
    (found) => found.size,
    () => -1,
  );
  return size === model.bytes && sha256Of(await readFile(file)) === model.sha256;
}

function unreachable(url: string, reason: string, cause?: unknown): ModelError {
  return new ModelError({
    code: 'model_unreachable',
    message: `${url} can't be loaded: ${reason}.`,
    cause,
  });
}
