import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Platform } from './platform.ts';

export interface ImageFile {
  /** Below the package's folder. */
  readonly path: string;
  readonly bytes: number;
}

export interface PackageFilesOptions {
  readonly folder: string;
  readonly name: string;
  readonly isWorkspace: boolean;
  readonly platform: Platform;
}

/** Folders of a workspace that run on no device. */
const workshop = ['test', 'image', 'soak', 'node_modules'];
/** Nothing reads these where nobody debugs or compiles. */
const unread = /\.(map|d\.[cm]?ts|md|markdown)$/i;

/** What is read of packages that carry weights and photographs: none of their programs runs. */
const readOnly: Readonly<Record<string, RegExp>> = {
  '@vladmandic/human': /^models\/(blazeface|emotion)[./]/,
  '@vladmandic/face-api': /^demo\/sample\d\.jpg$/,
};
const alwaysKept = /^(package\.json|licen[cs]e[^/]*)$/i;

/** The files of a package that go on a device, without those of the packages inside of it. */
export async function packageFiles(options: PackageFilesOptions): Promise<ImageFile[]> {
  const { folder } = options;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => isWanted(file, options))
    .toSorted();
  return Promise.all(
    files.map(async (file) => ({ path: file, bytes: (await stat(path.join(folder, file))).size })),
  );
}

function isWanted(file: string, { name, isWorkspace, platform }: PackageFilesOptions): boolean {
  const parts = file.split(path.sep);
  if (parts.includes('node_modules') || unread.test(file)) return false;
  if (isWorkspace) return !workshop.includes(parts[0]!) && !file.startsWith('Dockerfile');
  const read = readOnly[name];
  if (read !== undefined) return read.test(file) || alwaysKept.test(file);
  // It carries the libraries of every platform: bin/napi-v6/linux/arm64/...
  if (name !== 'onnxruntime-node' || parts[0] !== 'bin') return true;
  return parts[2] === platform.os && parts[3] === platform.cpu;
}
