import type { OutboxFiles } from '../../src/outbox/outbox-files.ts';

interface FakeFile {
  /** What a power cut can't take away; undefined: not even the file's entry. */
  durable: Buffer | undefined;
  /** What a reader sees; undefined: removed. */
  seen: Buffer | undefined;
}

export class PowerCut extends Error {
  override readonly name = 'PowerCut';
}

/** Files in memory that lose and tear what isn't synced when the power is cut, and that can be full. */
export class FaultyFiles implements OutboxFiles {
  readonly #files: Map<string, FakeFile>;
  /** Changing operations until the power is cut. */
  cutAfter = Infinity;
  full = false;
  syncs = 0;
  /** Why a file can't be read, by its name: until it is removed. */
  readonly unreadable = new Map<string, string>();

  constructor(files = new Map<string, FakeFile>()) {
    this.#files = files;
  }

  async open(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  async list(): Promise<string[]> {
    return [...this.#files].filter(([, file]) => file.seen !== undefined).map(([name]) => name);
  }

  async read(name: string, position: number, length: number): Promise<Buffer> {
    const code = this.unreadable.get(name);
    if (code !== undefined) throw Object.assign(new Error(`${name} can't be read`), { code });
    return Buffer.from(this.#seen(name).subarray(position, position + length));
  }

  async size(name: string): Promise<number> {
    return this.#seen(name).length;
  }

  async append(name: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(name);
    const before = file.seen ?? Buffer.alloc(0);
    if (this.full) {
      // A full disk takes what fits before it says so.
      file.seen = Buffer.concat([before, bytes.subarray(0, bytes.length >> 1)]);
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    this.#change(() => (file.seen = Buffer.concat([before, bytes])));
  }

  async overwrite(name: string, bytes: Uint8Array): Promise<void> {
    const file = this.#file(name);
    if (this.full && (file.seen?.length ?? 0) < bytes.length) {
      file.seen = Buffer.alloc(0);
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    }
    this.#change(() => (file.seen = Buffer.from(bytes)));
  }

  async truncate(name: string, size: number): Promise<void> {
    const seen = this.#seen(name);
    this.#change(() => (this.#file(name).seen = seen.subarray(0, size)));
  }

  async sync(name: string): Promise<void> {
    const file = this.#file(name);
    this.syncs += 1;
    this.#change(() => (file.durable = file.seen));
  }

  async remove(name: string): Promise<void> {
    this.#change(() => (this.#file(name).seen = undefined));
    this.unreadable.delete(name);
  }

  /** Flips a byte that is durable. */
  damage(name: string, position: number): void {
    const file = this.#file(name);
    const bytes = Buffer.from(file.seen ?? Buffer.alloc(0));
    bytes[position] = (bytes[position] ?? 0) ^ 0xff;
    file.seen = file.durable = bytes;
  }

  /** Leaves zeros, as where a file's size reached the disk and its blocks did not. */
  blank(name: string): void {
    const file = this.#file(name);
    file.seen = file.durable = Buffer.alloc(file.seen?.length ?? 0);
  }

  /** What is found after a power cut: durable bytes, and of the rest anything. `random` gives 0 <= r < 1. */
  afterCut(random: () => number): FaultyFiles {
    const left = new Map<string, FakeFile>();
    for (const [name, { durable, seen }] of this.#files) {
      const content = durable === seen ? durable : tear(durable, seen, random);
      if (content !== undefined) left.set(name, { durable: content, seen: content });
    }
    return new FaultyFiles(left);
  }

  /** What is found after a kill: everything written, since the system goes on. */
  afterKill(): FaultyFiles {
    const left = new FaultyFiles(this.#files);
    left.full = this.full;
    return left;
  }

  #change(apply: () => void): void {
    if (this.cutAfter <= 0) throw new PowerCut('the power is off');
    this.cutAfter -= 1;
    apply();
  }

  #file(name: string): FakeFile {
    let file = this.#files.get(name);
    if (file === undefined) this.#files.set(name, (file = { durable: undefined, seen: undefined }));
    return file;
  }

  #seen(name: string): Buffer {
    const seen = this.#files.get(name)?.seen;
    if (seen === undefined) throw Object.assign(new Error(`no file ${name}`), { code: 'ENOENT' });
    return seen;
  }
}

function tear(
  durable: Buffer | undefined,
  seen: Buffer | undefined,
  random: () => number,
): Buffer | undefined {
  if (random() < 0.3) return durable;
  if (random() < 0.3 || seen === undefined) return seen;
  const appended = durable !== undefined && seen.subarray(0, durable.length).equals(durable);
  const kept = appended ? durable.length : 0;
  const torn = Buffer.from(
    seen.subarray(0, kept + Math.floor(random() * (seen.length - kept + 1))),
  );
  // Blocks reach the disk in any order: a hole of zeros among the unsynced bytes.
  if (random() < 0.3) {
    torn.fill(0, kept + Math.floor(random() * (torn.length - kept)), torn.length);
  } else if (random() < 0.4 && torn.length > kept) {
    const hole = kept + Math.floor(random() * (torn.length - kept));
    torn.fill(0, hole, Math.min(torn.length, hole + 40));
  }
  return torn;
}
