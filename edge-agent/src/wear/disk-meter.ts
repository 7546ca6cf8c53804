import { readFile, statfs } from 'node:fs/promises';
import type { HealthMessage } from '@emotion-fleet/contracts';
import type { WriteBudget } from './write-budget.ts';

export interface DiskMeterOptions {
  readonly budget: WriteBudget;
  /** Where the outbox lies. */
  readonly folder: string;
  /** The kernel's account of this process; another file in tests. */
  readonly accountFile?: string;
}

export type DiskFigures = NonNullable<HealthMessage['disk']>;

/**
 * What goes to the disk and what is free on it. The outbox counts what it writes; the kernel knows what the whole
 * process writes, without the journal. What it has counted beyond the outbox's figure is noted, too, so that a writer
 * that nobody thought of shows.
 */
export class DiskMeter {
  readonly #options: Required<DiskMeterOptions>;
  #last: { readonly kernelBytes: number; readonly notedBytes: number } | undefined;

  constructor(options: DiskMeterOptions) {
    this.#options = { accountFile: '/proc/self/io', ...options };
  }

  /** Undefined where the folder can't be asked. What was written before the first call doesn't count. */
  async read(): Promise<DiskFigures | undefined> {
    const { budget, folder } = this.#options;
    await this.#noteOthers();
    try {
      const { bavail, bsize } = await statfs(folder);
      return {
        writtenBytesLastHour: budget.writtenBytesLastHour,
        maxBytesPerHour: budget.maxBytesPerHour,
        sampleStretch: Math.round(budget.sampleStretch * 10) / 10,
        freeBytes: bavail * bsize,
      };
    } catch {
      return undefined;
    }
  }

  async #noteOthers(): Promise<void> {
    const { budget, accountFile } = this.#options;
    const kernelBytes = await readWrittenBytes(accountFile);
    if (kernelBytes === undefined) return;
    const last = this.#last;
    if (last !== undefined) {
      const noted = budget.totalBytes - last.notedBytes;
      budget.note(Math.max(0, kernelBytes - last.kernelBytes - noted));
    }
    this.#last = { kernelBytes, notedBytes: budget.totalBytes };
  }
}

/** Bytes that this process has caused to be written, as Linux counts them; undefined elsewhere. */
export async function readWrittenBytes(file: string): Promise<number | undefined> {
  try {
    const bytes = /^write_bytes: (\d+)$/m.exec(await readFile(file, 'utf8'))?.[1];
    return bytes === undefined ? undefined : Number(bytes);
  } catch {
    return undefined;
  }
}
