import type { OutboxFiles } from '../outbox/outbox-files.ts';

export interface CountedFilesOptions {
  readonly files: OutboxFiles;
  /** Bytes that the disk has to write for the call that has just succeeded. */
  readonly onWritten: (bytes: number) => void;
}

/** A file system writes whole pages, however little of one has changed. */
const pageBytes = 4_096;
/**
 * Pages of the journal, as ext4 wrote them to a loop device: each sync has a descriptor, an inode and a commit block. A
 * file that got other pages since its last sync adds a bitmap, a group's descriptor and the superblock; a new file its
 * inode's bitmap and its entry in the folder; a removed one as much, with its pages that are free.
 */
const journalPages = { sync: 3, allocation: 3, creation: 2, removal: 3 };

/** Files that say what they cost the card: whole pages and the journal, not the bytes handed over. */
export class CountedFiles implements OutboxFiles {
  readonly #files: OutboxFiles;
  readonly #onWritten: (bytes: number) => void;
  /** Bytes in the files that were appended to: the last page is written again by each append. */
  readonly #sizes = new Map<string, number>();
  /** Pages that the next sync of a file adds. */
  readonly #due = new Map<string, number>();

  constructor({ files, onWritten }: CountedFilesOptions) {
    this.#files = files;
    this.#onWritten = onWritten;
  }

  open(): Promise<void> {
    return this.#files.open();
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  list(): Promise<string[]> {
    return this.#files.list();
  }

  read(name: string, position: number, length: number): Promise<Buffer> {
    return this.#files.read(name, position, length);
  }

  size(name: string): Promise<number> {
    return this.#files.size(name);
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const before = this.#sizes.get(name);
    await this.#files.append(name, bytes);
    const begun = before ?? 0;
    const end = begun + bytes.length;
    this.#sizes.set(name, end);
    const hasGrown = pagesOf(end) > pagesOf(begun);
    const { creation, allocation } = journalPages;
    this.#addDue(name, (before === undefined ? creation : 0) + (hasGrown ? allocation : 0));
    this.#count(pagesOf((begun % pageBytes) + bytes.length));
  }

  async overwrite(name: string, bytes: Uint8Array): Promise<void> {
    await this.#files.overwrite(name, bytes);
    this.#due.set(name, journalPages.allocation);
    this.#count(pagesOf(bytes.length));
  }

  async truncate(name: string, size: number): Promise<void> {
    await this.#files.truncate(name, size);
    this.#sizes.set(name, size);
    this.#due.set(name, journalPages.allocation);
    this.#count(1);
  }

  async sync(name: string): Promise<void> {
    await this.#files.sync(name);
    this.#count(journalPages.sync + (this.#due.get(name) ?? 0));
    this.#due.delete(name);
  }

  async remove(name: string): Promise<void> {
    await this.#files.remove(name);
    this.#sizes.delete(name);
    this.#due.delete(name);
    this.#count(journalPages.removal);
  }

  /** At most once for each sync: a bitmap is in the journal once, however many appends change it. */
  #addDue(name: string, pages: number): void {
    this.#due.set(name, Math.max(pages, this.#due.get(name) ?? 0));
  }

  #count(pages: number): void {
    this.#onWritten(pages * pageBytes);
  }
}

function pagesOf(bytes: number): number {
  return Math.ceil(bytes / pageBytes);
}
