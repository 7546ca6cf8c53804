import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { resolveClasspath } from '@emotion-fleet/deploy';

/** Where peers are installed: apart from the workspace, whose lockfile knows nothing of them. */
export const peerFolder = fileURLToPath(new URL('../../.cache/bench', import.meta.url));

/** A file of `bench/peers`. */
export function peerFile(path: string): string {
  return fileURLToPath(new URL(`../peers/${path}`, import.meta.url));
}

/** The jars of a peer; Maven gets them the first time. */
export async function peerJars(
  name: 'kafka-tools' | 'cassandra-ceiling',
  say: (line: string) => void,
): Promise<string> {
  return resolveClasspath({
    name,
    pom: peerFile(`${name}/pom.xml`),
    cacheDirectory: peerFolder,
    onFetched: (fetched) => {
      if (fetched % 10 === 0) say(`${name}: ${fetched} jars fetched by Maven ...`);
    },
  });
}

const run = promisify(execFile);
const limits = { maxBuffer: 16 * 1024 * 1024, timeout: 8 * 60_000 };

/** The npm peers of `bench/peers/vision`, installed once; resolves to their folder. */
export async function visionPeers(say: (line: string) => void): Promise<string> {
  return install('vision', 'package.json', async (folder) => {
    say('npm gets @vladmandic/human and @vladmandic/face-api ...');
    await run('npm', ['install', '--ignore-scripts'], { ...limits, cwd: folder });
  });
}

/** The Python peers of `bench/peers/python` in an environment of their own; resolves to its interpreter. */
export async function pythonPeers(say: (line: string) => void): Promise<string> {
  const folder = await install('python', 'requirements.txt', async (target) => {
    say('pip gets OpenCV, TensorFlow and fer: 300 MB ...');
    await run('python3', ['-m', 'venv', 'environment'], { ...limits, cwd: target });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    const python = join(target, 'environment/bin/python');
    await run(python, [...pip, '-r', 'requirements.txt'], { ...limits, cwd: target });
  });
  return join(folder, 'environment/bin/python');
}

/** Installs anew where the list of what is wanted has changed. */
async function install(
  name: string,
  list: string,
  work: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = join(peerFolder, name);
  const marker = join(folder, 'installed');
  const wanted = await readFile(peerFile(`${name}/${list}`), 'utf8');
  const present = await readFile(marker, 'utf8').catch(() => undefined);
  if (present === wanted) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(peerFile(`${name}/${list}`), join(folder, list));
  await work(folder);
  await writeFile(marker, wanted);
  return folder;
}
