import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { repositoryFile } from './repository.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Folders that the build needs: the agent's and, followed through, those of the workspaces it runs and is built with. */
async function neededFolders(folder: string, found = new Set<string>()): Promise<Set<string>> {
  if (found.has(folder)) return found;
  found.add(folder);
  const text = await readFile(repositoryFile(`${folder}/package.json`), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(text) as Manifest;
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const [, workspace] = /^@emotion-fleet\/(.+)$/.exec(name) ?? [];
    if (workspace !== undefined) await neededFolders(`libs/${workspace}`, found);
  }
  return found;
}

async function copiedPaths(): Promise<string[]> {
  const template = await readFile(repositoryFile('edge-agent/Dockerfile.template'), 'utf8');
  const copies = template.matchAll(/^COPY (?!--from)(.+) \S+$/gm);
  return [...copies].flatMap(([, sources = '']) => sources.split(' '));
}

test('copies every workspace that the agent depends on, manifest and code, and no other', async () => {
  const copied = await copiedPaths();
  const needed = await neededFolders('edge-agent');
  for (const folder of needed) {
    assert.ok(copied.includes(folder), folder);
    assert.ok(copied.includes(`${folder}/package.json`), `${folder}/package.json`);
  }
  const folders = copied.filter((path) => existsSync(repositoryFile(`${path}/package.json`)));
  assert.deepEqual(new Set(folders), needed);
});

test('everything that is copied is there and not kept out of the build context', async () => {
  const ignored = (await readFile(repositoryFile('.dockerignore'), 'utf8')).trim().split('\n');
  for (const path of await copiedPaths()) {
    assert.ok(existsSync(repositoryFile(path)), path);
    assert.ok(!ignored.includes(path.split('/')[0] ?? ''), path);
  }
});

test('holds no secret', async () => {
  const template = await readFile(repositoryFile('edge-agent/Dockerfile.template'), 'utf8');
  const values = [...template.matchAll(/\b(\w*(?:TOKEN|SECRET|PASSWORD|KEY)\w*)=/gi)];
  assert.deepEqual(values, []);
});
