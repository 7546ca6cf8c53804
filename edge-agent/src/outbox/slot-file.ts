import { crc32 } from 'node:zlib';
import { isDamage } from './damage.ts';
import type { OutboxFiles } from './outbox-files.ts';

export interface SlotFileOptions {
  readonly files: OutboxFiles;
  /** The slots are `{name}-0` and `{name}-1`. */
  readonly name: string;
}

interface Slot {
  readonly generation: number;
  readonly value: unknown;
}

/**
 * A small JSON value that survives a power cut: two slots with a checksum and a generation, written in turn.
 * A torn write spoils the older slot only, so that a read gives the last value written or the one before it.
 */
export class SlotFile {
  readonly #files: OutboxFiles;
  readonly #name: string;
  #generation = 0;
  /** Slots that an earlier process may have written without a sync. */
  #unsynced: readonly string[] = [];
  /** Slots that the disk does not give back: made anew, since the same blocks would fail again. */
  readonly #unreadable = new Set<string>();

  constructor({ files, name }: SlotFileOptions) {
    this.#files = files;
    this.#name = name;
  }

  /** The newest intact value; undefined where there is none. Call it before the first `write`. */
  async read(): Promise<unknown> {
    const present = new Set(await this.#files.list());
    const names = [this.#slotName(0), this.#slotName(1)].filter((name) => present.has(name));
    const slots = await Promise.all(names.map((name) => this.#readSlot(name)));
    this.#unsynced = names.filter((name) => !this.#unreadable.has(name));
    const newest = slots
      .filter((slot) => slot !== undefined)
      .reduce<Slot | undefined>(
        (a, b) => (a === undefined || b.generation > a.generation ? b : a),
        undefined,
      );
    this.#generation = newest?.generation ?? 0;
    return newest?.value;
  }

  /** Resolves once the value survives a power cut. A failed write is tried again in the same slot by the next one. */
  async write(value: unknown): Promise<void> {
    const generation = this.#generation + 1;
    const body = JSON.stringify({ generation, value });
    const name = this.#slotName(generation % 2);
    // Else a kill before the sync and then a power cut during this write would spoil both slots.
    for (const found of this.#unsynced) if (found !== name) await this.#files.sync(found);
    this.#unsynced = [];
    if (this.#unreadable.has(name)) await this.#files.remove(name);
    this.#unreadable.delete(name);
    await this.#files.overwrite(name, Buffer.from(`${checksumOf(body)} ${body}`));
    await this.#files.sync(name);
    this.#generation = generation;
  }

  async #readSlot(name: string): Promise<Slot | undefined> {
    try {
      const text = (await this.#files.read(name, 0, await this.#files.size(name))).toString();
      const body = text.slice(9);
      if (text.slice(0, 9) !== `${checksumOf(body)} `) return undefined;
      return JSON.parse(body) as Slot;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#unreadable.add(name);
      return undefined;
    }
  }

  #slotName(parity: number): string {
    return `${this.#name}-${parity}`;
  }
}

function checksumOf(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}
