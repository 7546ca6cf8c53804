import { mkdir, open, readdir, rm, stat, truncate, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OutboxError } from './errors.ts';
import type { OutboxFiles } from './outbox-files.ts';

export interface FolderFilesOptions {
  readonly folder: string;
}

/** `OutboxFiles` on a real folder. Keeps one file open for appending, since appends go to one at a time. */
export class FolderFiles implements OutboxFiles {
  readonly #folder: string;
  #appending: { name: string; handle: FileHandle } | undefined;
  /** Files whose entry in the folder is known to be durable. */
  readonly #listed = new Set<string>();

  constructor({ folder }: FolderFilesOptions) {
    this.#folder = folder;
  }

  async open(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
    } catch (cause) {
      const message = `The outbox folder ${this.#folder} can't be made: choose another or give write access.`;
      throw new OutboxError('folder_unwritable', message, { cause });
    }
  }

  async close(): Promise<void> {
    const appending = this.#appending;
    this.#appending = undefined;
    await appending?.handle.close();
  }

  async list(): Promise<string[]> {
    return readdir(this.#folder);
  }

  async read(name: string, position: number, length: number): Promise<Buffer> {
    const handle = await open(this.#path(name), 'r');
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
    return (await stat(this.#path(name))).size;
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#appending?.name !== name) {
      await this.close();
      this.#appending = { name, handle: await open(this.#path(name), 'a') };
    }
    // `appendFile` goes on after a short write; a plain `write` would leave half a frame and no error.
    await this.#appending.handle.appendFile(bytes);
  }

  async overwrite(name: string, bytes: Uint8Array): Promise<void> {
    const handle = await open(this.#path(name), 'w');
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  }

  async truncate(name: string, size: number): Promise<void> {
    await truncate(this.#path(name), size);
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
    await rm(this.#path(name), { force: true });
  }

  async #syncPath(path: string, flags: string): Promise<void> {
    const handle = await open(path, flags);
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
