import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import { productionPackages, type LockedPackage, type LockEntries } from './lockfile.ts';
import { isUnbuilt } from './native-parts.ts';
import { unpackNpmPackage } from './npm-package.ts';
import { packageFiles } from './package-files.ts';
import { parsePlatform, type Platform } from './platform.ts';

const workspace = 'edge-agent';
/** Unpacked, without Node. */
export const maxImageBytes = 250e6;

export interface DeviceImageOptions {
  /** The repository, with `npm ci` done. */
  readonly root: string;
  /** A folder that isn't there yet. */
  readonly out: string;
  /** `linux-arm64` or `linux-x64`. */
  readonly platformName: string;
}

export interface DeviceImageReport {
  readonly platform: string;
  readonly totalBytes: number;
  readonly packages: readonly {
    readonly name: string;
    readonly version: string;
    readonly bytes: number;
  }[];
  /** Paths below the image's folder, each with its size in bytes. */
  readonly files: Readonly<Record<string, number>>;
  /** Packages that are compiled where they are installed, and weren't for this platform. */
  readonly unbuilt: readonly string[];
}

/**
 * Puts what runs on a device into a folder: the agent, the libs and packages that it needs at run time, the binaries
 * of one platform. Node is not in it. Workspaces stay links, since Node strips no types below node_modules.
 *
 * @throws OperatorError `bad_platform`, `folder_exists`, `package_unavailable`, `package_changed`, `image_too_large`
 */
export async function buildDeviceImage(options: DeviceImageOptions): Promise<DeviceImageReport> {
  const { root, out, platformName } = options;
  const platform = parsePlatform(platformName);
  if (await stat(out).catch(() => undefined)) {
    throw new OperatorError('folder_exists', `${out} is already there: name a new folder.`);
  }
  const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: LockEntries;
  };
  const entries = lock.packages;
  const loaded = await mkdtemp(path.join(tmpdir(), 'device-image-'));
  const files: Record<string, number> = {};
  const packages: DeviceImageReport['packages'][number][] = [];
  const unbuilt: string[] = [];
  try {
    for (const one of productionPackages({ entries, workspace, platform })) {
      if (entries[one.location]?.link === true) {
        await link(one.location, entries[one.location]!.resolved!, out);
        continue;
      }
      const folder = await folderOf(one, { root, loaded });
      const copied = await copyPackage({ one, folder, out, platform });
      Object.assign(files, copied);
      const bytes = Object.values(copied).reduce((sum, size) => sum + size, 0);
      packages.push({ name: one.name, version: one.version, bytes });
      const names = Object.keys(copied).map((file) => path.relative(one.location, file));
      if (isUnbuilt(names)) unbuilt.push(one.name);
    }
  } finally {
    await rm(loaded, { recursive: true, force: true });
  }
  const totalBytes = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  if (totalBytes > maxImageBytes) {
    const size = `${Math.round(totalBytes / 1e6)} MB`;
    const message = `The image has ${size}, more than the ${maxImageBytes / 1e6} MB that a card has room for.`;
    throw new OperatorError('image_too_large', message);
  }
  return { platform: platformName, totalBytes, packages, files, unbuilt };
}

async function link(location: string, target: string, out: string): Promise<void> {
  const file = path.join(out, location);
  await mkdir(path.dirname(file), { recursive: true });
  await symlink(path.relative(path.dirname(location), target), file);
}

/** Where the package is installed; packages of another platform are loaded. */
async function folderOf(
  { location, name, version, integrity }: LockedPackage,
  { root, loaded }: { readonly root: string; readonly loaded: string },
): Promise<string> {
  const installed = path.join(root, location);
  if (await stat(path.join(installed, 'package.json')).catch(() => undefined)) return installed;
  const folder = path.join(loaded, location);
  await unpackNpmPackage({ name, version, integrity: integrity ?? '', folder });
  return folder;
}

/** Gives the copied files below the image's folder, with their sizes. */
async function copyPackage(options: {
  readonly one: LockedPackage;
  readonly folder: string;
  readonly out: string;
  readonly platform: Platform;
}): Promise<Record<string, number>> {
  const { one, folder, out, platform } = options;
  const { name, location } = one;
  const isWorkspace = !location.includes('node_modules');
  const files: Record<string, number> = {};
  for (const file of await packageFiles({ folder, name, isWorkspace, platform })) {
    const target = path.join(location, file.path);
    await cp(path.join(folder, file.path), path.join(out, target));
    files[target] = file.bytes;
  }
  return files;
}
