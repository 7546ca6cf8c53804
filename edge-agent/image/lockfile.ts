import path from 'node:path';
import { runsOn, type Platform, type PlatformLimits } from './platform.ts';

/** One entry of `packages` in package-lock.json, as far as it is read here. */
export interface LockEntry extends PlatformLimits {
  /** Of a package that is installed under another name. */
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  /** A workspace; `resolved` is its folder. */
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export type LockEntries = Readonly<Record<string, LockEntry>>;

/** A package of the image. */
export interface LockedPackage {
  /** Where it lies below the root: `node_modules/mqtt`, `libs/contracts`. */
  readonly location: string;
  /** In the registry. */
  readonly name: string;
  readonly version: string;
  readonly integrity: string | undefined;
}

export interface ProductionOptions {
  readonly entries: LockEntries;
  /** Folder of the workspace that runs on the device. */
  readonly workspace: string;
  readonly platform: Platform;
}

/** What the workspace needs at run time on that platform: no dev dependencies, no other platform's packages. */
export function productionPackages(options: ProductionOptions): LockedPackage[] {
  const { entries, workspace, platform } = options;
  const found = new Map<string, LockedPackage>();
  const queue = [workspace];
  for (let location = queue.pop(); location !== undefined; location = queue.pop()) {
    const entry = entries[location];
    if (entry === undefined || found.has(location) || !runsOn(entry, platform)) continue;
    const { version = '', integrity } = entry;
    found.set(location, { location, name: entry.name ?? nameOf(location), version, integrity });
    if (entry.link === true && entry.resolved !== undefined) queue.push(entry.resolved);
    const names = Object.keys({
      ...entry.dependencies,
      ...entry.optionalDependencies,
      ...entry.peerDependencies,
    });
    for (const name of names) {
      // Some name declarations, which compilers alone read, as if they ran.
      if (name.startsWith('@types/')) continue;
      const wanted = resolveFrom(location, name, entries);
      if (wanted !== undefined) queue.push(wanted);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.location < b.location ? -1 : 1));
}

/** As Node looks for it: in the folder's own node_modules, then in those above. */
function resolveFrom(location: string, name: string, entries: LockEntries): string | undefined {
  for (let folder = location; ; folder = folder === '.' ? '' : path.dirname(folder)) {
    const candidate = path.join(folder === '.' ? '' : folder, 'node_modules', name);
    if (candidate in entries) return candidate;
    if (folder === '' || folder === '.') return undefined;
  }
}

function nameOf(location: string): string {
  const marker = 'node_modules/';
  const at = location.lastIndexOf(marker);
  return at < 0 ? location : location.slice(at + marker.length);
}
