import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import { commandOf, isAlive } from './processes.ts';

export interface ServerState {
  readonly pid: number;
  /** `host:port` for clients. */
  readonly address: string;
}

/** What runs on a data folder; kept there in `stack.json`. */
export interface StackState {
  readonly kafka?: ServerState;
  readonly cassandra?: ServerState;
}

/** Only what lives: of each server the process must be there and name the folder. */
export async function readState(folder: string): Promise<StackState> {
  let state: StackState;
  try {
    state = JSON.parse(await readFile(join(folder, 'stack.json'), 'utf8')) as StackState;
  } catch {
    return {};
  }
  const living: { -readonly [Name in keyof StackState]: StackState[Name] } = {};
  for (const name of ['kafka', 'cassandra'] as const) {
    const server = state[name];
    const command = server === undefined ? undefined : await commandOf(server.pid);
    if (server !== undefined && command?.includes(join(folder, name)) === true) {
      living[name] = server;
    }
  }
  return living;
}

export async function writeState(folder: string, state: StackState): Promise<void> {
  const file = join(folder, 'stack.json');
  await writeFile(`${file}.part`, `${JSON.stringify(state, null, 2)}\n`);
  await rename(`${file}.part`, file);
}

/**
 * Runs the work as the only one on the folder: two starts at once would be two servers on one set of data.
 *
 * @throws OperatorError `busy`
 */
export async function alone<Result>(folder: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'stack.lock');
  await takeLock(file);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

async function takeLock(file: string): Promise<void> {
  for (const attempt of [1, 2]) {
    try {
      const lock = await open(file, 'wx');
      await lock.writeFile(String(process.pid));
      await lock.close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
      if (attempt === 2 || (owner > 0 && (await isAlive(owner)))) {
        const sentence = `Another start or stop is at work in this folder (process ${String(owner)}): wait for it, or remove ${file}.`;
        throw new OperatorError('busy', sentence, { cause: error });
      }
      await rm(file, { force: true });
    }
  }
}
