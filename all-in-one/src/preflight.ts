import { constants, existsSync } from 'node:fs';
import { access, mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { OperatorError } from '@emotion-fleet/service';

/** Makes the folder and proves that it can be written. @throws OperatorError `unwritable` */
export async function ensureWritable(folder: string): Promise<void> {
  const probe = join(folder, '.write-probe');
  try {
    await makeFolders(folder);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const message = `The data folder ${folder} cannot be written: choose another with --data.`;
    throw new OperatorError('unwritable', message, { cause: error });
  }
}

/** Not `mkdir` with `recursive`: where a parent refuses with ENOENT, as /proc does, Node tries for ever. */
async function makeFolders(folder: string): Promise<void> {
  if (existsSync(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) await makeFolders(parent);
  await mkdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

/** @throws OperatorError `port_taken`, `port_forbidden` */
export async function ensurePortFree(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new OperatorError(
        'port_taken',
        `Port ${port} is taken: stop what uses it, or choose another with --port.`,
        { cause: error },
      );
    }
    throw new OperatorError(
      'port_forbidden',
      `Port ${port} cannot be opened (${code ?? 'unknown'}): choose another with --port.`,
      { cause: error },
    );
  }
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

/** @throws OperatorError `no_ffmpeg`, `no_camera` */
export async function ensureCamera(source: string, searchPath: string): Promise<void> {
  if (!(await isOnPath('ffmpeg', searchPath))) {
    throw new OperatorError(
      'no_ffmpeg',
      'A camera of your own is read through ffmpeg, which is not installed: install it (Debian: apt-get install ffmpeg).',
    );
  }
  if (/^[a-z]+:\/\//.test(source)) return;
  try {
    await access(source, constants.R_OK);
  } catch (error) {
    throw new OperatorError('no_camera', `There is no readable camera or file at ${source}.`, {
      cause: error,
    });
  }
}

async function isOnPath(command: string, searchPath: string): Promise<boolean> {
  for (const folder of searchPath.split(':')) {
    if (folder === '') continue;
    try {
      await access(join(folder, command), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
    }
  }
  return false;
}
