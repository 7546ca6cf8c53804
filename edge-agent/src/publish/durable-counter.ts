import type { OutboxFiles } from '../outbox/outbox-files.ts';
import { SlotFile } from '../outbox/slot-file.ts';

export interface DurableCounterOptions {
  readonly files: OutboxFiles;
  readonly name: string;
}

/** A number that only grows, across restarts and power cuts. */
export class DurableCounter {
  readonly #slot: SlotFile;
  #last: number | undefined;

  constructor(options: DurableCounterOptions) {
    this.#slot = new SlotFile(options);
  }

  /** The last number given; 0 before the first. */
  get last(): number {
    return this.#last ?? 0;
  }

  /**
   * Gives the next number, `atLeast` or more, once it is on disk. A rejection means that it stands in `last`, but not on
   * disk.
   */
  async next(atLeast = 0): Promise<number> {
    if (this.#last === undefined) {
      const stored = await this.#slot.read();
      this.#last = typeof stored === 'number' ? stored : 0;
    }
    const next = Math.max(this.#last + 1, atLeast);
    this.#last = next;
    await this.#slot.write(next);
    return next;
  }
}
