import fileSystem from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OutboxError } from './errors.ts';
import type { OutboxFiles } from './outbox-files.ts';

/** An open file or folder, as far as it is used here. */
export interface FileSystemHandle {
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  appendFile(bytes: Uint8Array): Promise<void>;
  writeFile(bytes: Uint8Array): Promise<void>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is used of `node:fs/promises`, so that tests can put a disk in its place whose power is cut. */
export interface FileSystem {
  /** Gives the first folder that it had to make. */
  mkdir(path: string, options: { readonly recursive: true }): Promise<string | undefined>;
  open(path: string, flags: string): Promise<FileSystemHandle>;
  readdir(path: string): Promise<string[]>;
  rm(path: string, options: { readonly force: true; readonly recursive: true }): Promise<void>;
  stat(path: string): Promise<{ readonly size: number }>;
  truncate(path: string, size: number): Promise<void>;
}

export interface FolderFilesOptions {
  readonly folder: string;
  readonly fileSystem?: FileSystem;
}

/** `OutboxFiles` on a real folder. Keeps one file open for appending, since appends go to one at a time. */
export class FolderFiles implements OutboxFiles {
  readonly #folder: string;
  readonly #fileSystem: FileSystem;
  #appending: { name: string; handle: FileSystemHandle } | undefined;
  /** Files whose entry in the folder is known to be durable. */
  readonly #listed = new Set<string>();

  constructor(options: FolderFilesOptions) {
    this.#folder = options.folder;
    this.#fileSystem = options.fileSystem ?? fileSystem;
  }

  async open(): Promise<void> {
    try {
      await this.#fileSystem.mkdir(this.#folder, { recursive: true });
    } catch (cause) {
      const message = `The outbox folder ${this.#folder} can't be made: choose another or give write access.`;
      throw new OutboxError('folder_unwritable', message, { cause });
    }
    await this.#syncParents();
  }

  async close(): Promise<void> {
    const appending = this.#appending;
    this.#appending = undefined;
    await appending?.handle.close();
  }

  async list(): Promise<string[]> {
    return this.#fileSystem.readdir(this.#folder);
  }

  async read(name: string, position: number, length: number): Promise<Buffer> {
    const handle = await this.#fileSystem.open(this.#path(name), 'r');
    try {
      const buffer = Buffer.allocUnsafe(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    } finally {
      await handle.close();
    }
  }

  async size(name: string): Promise<number> {
    return (await this.#fileSystem.stat(this.#path(name))).size;
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#appending?.name !== name) {
      await this.close();
      this.#appending = { name, handle: await this.#fileSystem.open(this.#path(name), 'a') };
    }
    // `appendFile` goes on after a short write; a plain `write` would leave half a frame and no error.
    await this.#appending.handle.appendFile(bytes);
  }

  async overwrite(name: string, bytes: Uint8Array): Promise<void> {
    const handle = await this.#fileSystem.open(this.#path(name), 'w');
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  }

  async truncate(name: string, size: number): Promise<void> {
    await this.#fileSystem.truncate(this.#path(name), size);
  }

  async sync(name: string): Promise<void> {
    if (this.#appending?.name === name) await this.#appending.handle.datasync();
    else await this.#syncPath(this.#path(name), 'r+');
    if (this.#listed.has(name)) return;
    await this.#syncPath(this.#folder, 'r');
    this.#listed.add(name);
  }

  async remove(name: string): Promise<void> {
    if (this.#appending?.name === name) await this.close();
    this.#listed.delete(name);
    // Also a folder, which a damaged disk or a wrong mount has put in the place of a file.
    await this.#fileSystem.rm(this.#path(name), { force: true, recursive: true });
  }

  /**
   * A new folder's own entry must be durable, too, and nobody knows whether the start that made it got so far. A
   * parent that can't be opened was not made by us.
   */
  async #syncParents(): Promise<void> {
    for (let folder = resolve(this.#folder); folder !== dirname(folder); folder = dirname(folder)) {
      await this.#syncPath(dirname(folder), 'r').catch(() => undefined);
    }
  }

  async #syncPath(path: string, flags: string): Promise<void> {
    const handle = await this.#fileSystem.open(path, flags);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
