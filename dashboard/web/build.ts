import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'vite';

const root = import.meta.dirname;
/** The lockfile is an input: another version of a library is another bundle. */
const inputs = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'build.ts',
  '../../package-lock.json',
];
const stampName = '.build-stamp';
const progressEveryModules = 250;

export interface BuildWebOptions {
  /** Where the pages go; `dashboard/web/dist` unless told. Its earlier content is replaced. */
  readonly outDir?: string;
  /** Gets one short sentence at each step. */
  readonly onProgress?: (message: string) => void;
}

export interface BuiltWeb {
  /** Folder with `index.html` and `assets/`, whose names carry hashes. */
  readonly outDir: string;
  /** False where an earlier build of the same inputs was kept. */
  readonly built: boolean;
  readonly tookMs: number;
}

/** Builds the web app, unless `outDir` already holds a build of exactly these inputs. */
export async function buildWeb(options: BuildWebOptions = {}): Promise<BuiltWeb> {
  const { outDir = join(root, 'dist'), onProgress = () => undefined } = options;
  const startedMs = performance.now();
  const stampFile = join(outDir, stampName);
  const stamp = await hashInputs();
  if ((await readOrNothing(stampFile)) === stamp) {
    return { outDir, built: false, tookMs: performance.now() - startedMs };
  }
  onProgress('Building the dashboard.');
  // The stamp goes first and comes last, so that a build that was cut off is never taken for a whole one.
  await rm(stampFile, { force: true });
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    plugins: [reportModules(onProgress)],
    build: { outDir, emptyOutDir: true },
  });
  await mkdir(outDir, { recursive: true });
  await writeFile(stampFile, stamp);
  const tookMs = performance.now() - startedMs;
  onProgress(`Dashboard built in ${(tookMs / 1000).toFixed(1)} s.`);
  return { outDir, built: true, tookMs };
}

function reportModules(onProgress: (message: string) => void): Plugin {
  let modules = 0;
  return {
    name: 'report-modules',
    moduleParsed() {
      modules += 1;
      if (modules % progressEveryModules === 0) onProgress(`Dashboard: ${modules} modules read.`);
    },
  };
}

async function hashInputs(): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    for (const file of await filesUnder(join(root, input))) {
      const content = (await readOrNothing(file)) ?? '';
      hash.update(`${relative(root, file)}\0${Buffer.byteLength(content)}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

/** All files below a folder in a fixed order; a file is its own only entry. */
async function filesUnder(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => []);
  if (entries.length === 0) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function readOrNothing(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

if (import.meta.main) {
  const { outDir, built } = await buildWeb({
    onProgress: (message) => process.stdout.write(`${message}\n`),
  });
  if (!built) process.stdout.write(`Nothing has changed since the last build in ${outDir}.\n`);
}
