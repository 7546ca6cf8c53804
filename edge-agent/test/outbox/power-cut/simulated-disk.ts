import path from 'node:path';
import type { FileSystem, FileSystemHandle } from '../../../src/outbox/folder-files.ts';

/** A change of a file's content that no sync has made durable yet. */
export type FileChange =
  { readonly at: number; readonly bytes: Buffer } | { readonly size: number };

export interface FileNode {
  readonly kind: 'file';
  seen: Buffer;
  durable: Buffer;
  /** What lies between `durable` and `seen`, in order. */
  pending: FileChange[];
}

export interface FolderNode {
  readonly kind: 'folder';
  seen: Map<string, Node>;
  durable: Map<string, Node>;
  /** Entries made (a node) and removed (undefined) since the folder was synced, in order. */
  pending: { readonly name: string; readonly node: Node | undefined }[];
}

export type Node = FileNode | FolderNode;

export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/**
 * A file system in memory with the guarantees of POSIX and no others: a file's content is durable once the file was
 * synced, its name once its folder was. Each change is a point at which the power may be cut.
 */
export class SimulatedDisk implements FileSystem {
  readonly root: FolderNode;
  /** Called before each change, which waits for it; `cutPower` in it prevents the change. */
  onPoint: (operation: string) => Promise<void> = () => Promise.resolve();
  #isOff = false;

  constructor(root: FolderNode = newFolder()) {
    this.root = root;
  }

  get isOff(): boolean {
    return this.#isOff;
  }

  /** From now on each operation fails: for the process that used this object, the power is off. */
  cutPower(): void {
    this.#isOff = true;
  }

  /** What the next process finds after a kill: the system goes on, and what isn't synced still isn't. */
  afterKill(): SimulatedDisk {
    this.#isOff = true;
    return new SimulatedDisk(this.root);
  }

  async mkdir(folder: string): Promise<string | undefined> {
    const names = namesIn(folder);
    const depth = names.findIndex((_, index) => !this.#exists(names.slice(0, index + 1)));
    if (depth < 0) return undefined;
    for (let index = depth; index < names.length; index += 1) {
      const parent = this.#folderAt(names.slice(0, index));
      await this.#change(`mkdir ${folder}`, () => enter(parent, names[index]!, newFolder()));
    }
    return `/${names.slice(0, depth + 1).join('/')}`;
  }

  async open(file: string, flags: string): Promise<FileSystemHandle> {
    const name = path.basename(file);
    const names = namesIn(file);
    if (!this.#exists(names) && flags !== 'r' && flags !== 'r+') {
      const folder = this.#folderAt(names.slice(0, -1));
      const node: FileNode = newFile();
      await this.#change(`create ${name}`, () => enter(folder, name, node));
    }
    const node = this.#nodeAt(names);
    if (flags === 'w' && node.kind === 'file' && node.seen.length > 0) {
      await this.#change(`empty ${name}`, () => resize(node, 0));
    }
    return this.#handle(name, node);
  }

  async readdir(folder: string): Promise<string[]> {
    return [...this.#folderAt(namesIn(folder)).seen.keys()];
  }

  async rm(file: string): Promise<void> {
    const names = namesIn(file);
    if (!this.#exists(names)) return;
    const folder = this.#folderAt(names.slice(0, -1));
    await this.#change(`remove ${path.basename(file)}`, () =>
      enter(folder, path.basename(file), undefined),
    );
  }

  async stat(file: string): Promise<{ size: number }> {
    return { size: this.#fileAt(file).seen.length };
  }

  async truncate(file: string, size: number): Promise<void> {
    const node = this.#fileAt(file);
    await this.#change(`truncate ${path.basename(file)}`, () => resize(node, size));
  }

  #handle(name: string, node: Node): FileSystemHandle {
    const file = () => (node.kind === 'file' ? node : fail('EISDIR', name));
    const write = (bytes: Uint8Array) =>
      this.#change(`write ${name}`, () => writeAt(file(), file().seen.length, Buffer.from(bytes)));
    const sync = () => this.#change(`sync ${name}`, () => makeDurable(node));
    return {
      read: async (buffer, offset, length, position) => {
        this.#assertOn();
        const bytesRead = file().seen.copy(buffer, offset, position, position + length);
        return { bytesRead };
      },
      appendFile: write,
      writeFile: write,
      datasync: sync,
      sync,
      close: () => Promise.resolve(),
    };
  }

  async #change(operation: string, apply: () => void): Promise<void> {
    this.#assertOn();
    await this.onPoint(operation);
    this.#assertOn();
    apply();
  }

  #assertOn(): void {
    if (this.#isOff) throw new PowerCut('the power is off');
  }

  #exists(names: readonly string[]): boolean {
    this.#assertOn();
    return this.#find(names) !== undefined;
  }

  #nodeAt(names: readonly string[]): Node {
    this.#assertOn();
    return this.#find(names) ?? fail('ENOENT', names.join('/'));
  }

  #fileAt(file: string): FileNode {
    const node = this.#nodeAt(namesIn(file));
    return node.kind === 'file' ? node : fail('EISDIR', file);
  }

  #folderAt(names: readonly string[]): FolderNode {
    const node = this.#nodeAt(names);
    return node.kind === 'folder' ? node : fail('ENOTDIR', names.join('/'));
  }

  #find(names: readonly string[]): Node | undefined {
    let node: Node | undefined = this.root;
    for (const name of names) node = node?.kind === 'folder' ? node.seen.get(name) : undefined;
    return node;
  }
}

/** A file with this content, all of it durable. */
export function newFile(content: Buffer = Buffer.alloc(0)): FileNode {
  return { kind: 'file', seen: content, durable: content, pending: [] };
}

/** A folder with these entries, all of them durable. */
export function newFolder(entries: readonly (readonly [string, Node])[] = []): FolderNode {
  return { kind: 'folder', seen: new Map(entries), durable: new Map(entries), pending: [] };
}

/** The bytes with that length: cut, or with zeros behind them. */
export function resized(bytes: Buffer, size: number): Buffer {
  if (size <= bytes.length) return bytes.subarray(0, size);
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

function enter(folder: FolderNode, name: string, node: Node | undefined): void {
  if (node === undefined) folder.seen.delete(name);
  else folder.seen.set(name, node);
  folder.pending.push({ name, node });
}

function writeAt(file: FileNode, at: number, bytes: Buffer): void {
  file.seen = Buffer.concat([file.seen.subarray(0, at), bytes]);
  file.pending.push({ at, bytes });
}

function resize(file: FileNode, size: number): void {
  file.seen = resized(file.seen, size);
  file.pending.push({ size });
}

function makeDurable(node: Node): void {
  if (node.kind === 'file') node.durable = node.seen;
  else node.durable = new Map(node.seen);
  node.pending = [];
}

function namesIn(file: string): string[] {
  return file.split('/').filter((name) => name !== '');
}

function fail(code: string, file: string): never {
  throw Object.assign(new Error(`${code}: ${file}`), { code });
}
