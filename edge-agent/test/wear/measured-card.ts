import type { OutboxFiles } from '../../src/outbox/outbox-files.ts';

const pageBytes = 4_096;
/**
 * Pages that ext4 has sent to a loop device for a thousand such steps each, less the pages of the bytes themselves:
 * a sync of what has not grown by a page 3.1, of what has 6, of a slot written anew 6, of a new file and its folder 8;
 * a removal 3 more in the next sync.
 */
const measured = { sync: 3.1, allocation: 2.9, creation: 2, removal: 3 };

/** The card beneath files in memory: what would reach it, and when. It knows nothing of what the agent counts. */
export class MeasuredCard {
  readonly #nowMs: () => number;
  readonly #writes: { readonly atMs: number; readonly bytes: number }[] = [];

  constructor({ nowMs }: { readonly nowMs: () => number }) {
    this.#nowMs = nowMs;
  }

  /** The most of any hour, wherever it begins. */
  get mostBytesPerHour(): number {
    let [sum, most, first] = [0, 0, 0];
    for (const { atMs, bytes } of this.#writes) {
      sum += bytes;
      for (; this.#writes[first]!.atMs <= atMs - 3_600_000; first += 1) {
        sum -= this.#writes[first]!.bytes;
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  /** The same files, whose writes reach the card. */
  hold(files: OutboxFiles): OutboxFiles {
    const allocated = new Set<string>();
    const created = new Set<string>();
    return {
      open: () => files.open(),
      close: () => files.close(),
      list: () => files.list(),
      read: (name, position, length) => files.read(name, position, length),
      size: (name) => files.size(name),
      append: async (name, bytes) => {
        const isNew = !(await files.list()).includes(name);
        const before = isNew ? 0 : await files.size(name);
        if (isNew) created.add(name);
        await files.append(name, bytes);
        const [begun, end] = [Math.floor(before / pageBytes), before + bytes.length];
        if (Math.ceil(end / pageBytes) > Math.ceil(before / pageBytes)) allocated.add(name);
        this.#write(Math.ceil(end / pageBytes) - begun);
      },
      overwrite: async (name, bytes) => {
        await files.overwrite(name, bytes);
        allocated.add(name);
        this.#write(Math.ceil(bytes.length / pageBytes));
      },
      truncate: async (name, size) => {
        await files.truncate(name, size);
        allocated.add(name);
      },
      sync: async (name) => {
        await files.sync(name);
        const grown = allocated.delete(name) ? measured.allocation : 0;
        this.#write(measured.sync + grown + (created.delete(name) ? measured.creation : 0));
      },
      remove: async (name) => {
        await files.remove(name);
        this.#write(measured.removal);
      },
    };
  }

  #write(pages: number): void {
    this.#writes.push({ atMs: this.#nowMs(), bytes: pages * pageBytes });
  }
}
