import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '@emotion-fleet/service';

const run = promisify(execFile);

export interface NpmPackageOptions {
  readonly name: string;
  readonly version: string;
  /** `sha512-...` as in a lockfile. */
  readonly integrity: string;
  /** Gets the package's content; must not exist. */
  readonly folder: string;
}

/**
 * Unpacks a package that isn't installed here, since it is for another platform. npm loads it from wherever it is set
 * up to; its content is the one that the integrity says, or none.
 *
 * @throws OperatorError `package_unavailable` or `package_changed`
 */
export async function unpackNpmPackage(options: NpmPackageOptions): Promise<void> {
  const { name, version, integrity, folder } = options;
  await mkdir(folder, { recursive: true });
  try {
    const tarball = await packed(`${name}@${version}`, folder);
    const hash = createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64');
    if (`sha512-${hash}` !== integrity) {
      const message = `${name}@${version} is not what the lockfile knows: its sha512 differs.`;
      throw new OperatorError('package_changed', message);
    }
    await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
    await rm(tarball);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function packed(spec: string, folder: string): Promise<string> {
  try {
    const { stdout } = await run('npm', ['pack', spec, '--json', '--pack-destination', folder]);
    const [{ filename } = { filename: '' }] = JSON.parse(stdout) as { filename: string }[];
    // npm 10 names a scoped package's file with its slash.
    return path.join(folder, filename.replace(/^@/, '').replaceAll('/', '-'));
  } catch (cause) {
    const message = `npm can't load ${spec}: the device needs it, and it isn't installed here.`;
    throw new OperatorError('package_unavailable', message, { cause });
  }
}
