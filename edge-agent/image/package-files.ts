import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isForeignCode } from './machine-code.ts';
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

/** What of a workspace runs on no device. */
const workshop = /^((test|image|soak|evaluate)\/|models\/main\.ts$|Dockerfile)/;
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
  const { folder, platform } = options;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => isRead(file, options))
    .toSorted();
  const files: ImageFile[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    if (await isForeignCode(file, platform)) continue;
    files.push({ path: name, bytes: (await stat(file)).size });
  }
  return files;
}

function isRead(file: string, { name, isWorkspace }: PackageFilesOptions): boolean {
  const parts = file.split(path.sep);
  if (parts.includes('node_modules') || unread.test(file)) return false;
  if (isWorkspace) return !workshop.test(file);
  const read = readOnly[name];
  return read === undefined || read.test(file) || alwaysKept.test(file);
}
