import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { OperatorError } from '@emotion-fleet/service';
import { requireStack } from './toolchain.ts';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

type ServerName = 'kafka' | 'cassandra';

export interface JarsProgress {
  readonly server: ServerName;
  /** Files that Maven has fetched so far; a full local repository makes it jump from 0 to the end. */
  readonly fetched: number;
  readonly state: 'fetching' | 'done';
}

export interface JarsOptions {
  readonly server: ServerName;
  /** Holds one folder for each classpath (default `.cache/stack` of the repository). */
  readonly cacheDirectory?: string;
  readonly onProgress?: (progress: JarsProgress) => void;
}

/** A file of this package's folder. */
export function deployFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/**
 * The folder with the jars of a server.
 *
 * @throws OperatorError `stack_unavailable` (Java or Maven is missing), `jars_unavailable`
 */
export async function resolveJars(options: JarsOptions): Promise<string> {
  const { server, onProgress, cacheDirectory = deployFile('../.cache/stack') } = options;
  let hasFetched = false as boolean;
  const folder = await resolveClasspath({
    name: server,
    pom: deployFile(`${server}/pom.xml`),
    cacheDirectory,
    onFetched: (fetched) => {
      hasFetched = true;
      onProgress?.({ server, fetched, state: 'fetching' });
    },
  });
  if (hasFetched) onProgress?.({ server, fetched: 0, state: 'done' });
  return folder;
}

export interface ClasspathOptions {
  /** Of the folder in the cache, before the hash of the POM. */
  readonly name: string;
  /** Path of a POM that names what is needed. */
  readonly pom: string;
  readonly cacheDirectory: string;
  /** Files that Maven has fetched so far; not called where the folder is there. */
  readonly onFetched?: (count: number) => void;
}

/**
 * The folder with the jars that a POM names, fetched by Maven the first time. It is filled under another name and
 * then renamed, so that it is whole wherever it exists, however many processes ask at once.
 *
 * @throws OperatorError `stack_unavailable` (Java or Maven is missing), `jars_unavailable`
 */
export async function resolveClasspath(options: ClasspathOptions): Promise<string> {
  const { name, pom, cacheDirectory, onFetched = () => undefined } = options;
  const version = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex');
  const folder = join(cacheDirectory, `${name}-${version.slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  await requireStack();
  await mkdir(cacheDirectory, { recursive: true });
  const unfinished = join(cacheDirectory, `${name}-${randomUUID()}.part`);
  try {
    await fetchJars(pom, unfinished, onFetched);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

async function fetchJars(
  pom: string,
  folder: string,
  onFetched: (count: number) => void,
): Promise<void> {
  const parameters = ['-B', '-f', pom, copyDependencies, '-DincludeScope=runtime'];
  const child = spawn('mvn', [...parameters, `-DoutputDirectory=${folder}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onFetched(0);
  let fetched = 0;
  const faults: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/Downloaded from .*\.jar/.test(line)) onFetched(++fetched);
    if (line.startsWith('[ERROR]') && faults.length < 3) faults.push(line.slice(8));
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === 0 && existsSync(folder)) return;
  throw new OperatorError(
    'jars_unavailable',
    `Maven could not get the jars: check the network and the mirror in Maven's settings. It said: ${faults.join(' ')}`,
  );
}
