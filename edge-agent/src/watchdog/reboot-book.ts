import type { OutboxFiles } from '../outbox/outbox-files.ts';
import { SlotFile } from '../outbox/slot-file.ts';

/** Reboots that did not help are counted on disk, since nothing else survives them. */
export class RebootBook {
  readonly #files: OutboxFiles;
  readonly #slot: SlotFile;
  #count = 0;

  constructor({ files }: { readonly files: OutboxFiles }) {
    this.#files = files;
    this.#slot = new SlotFile({ files, name: 'reboots' });
  }

  /** Reboots in a row; 0 before `open`. */
  get count(): number {
    return this.#count;
  }

  async open(): Promise<void> {
    await this.#files.open();
    const stored = await this.#slot.read();
    this.#count = typeof stored === 'number' ? stored : 0;
  }

  /** Resolves once the count is on disk. */
  async write(count: number): Promise<void> {
    await this.#slot.write(count);
    this.#count = count;
  }
}
