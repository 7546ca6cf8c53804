import type { Lifecycle, Logger } from '@emotion-fleet/service';
import { Compile } from 'typebox/compile';
import type { OutboxFiles } from '../outbox/outbox-files.ts';
import { SlotFile } from '../outbox/slot-file.ts';
import { WrittenMinutes, type WriteBudget } from './write-budget.ts';

export interface WearBookOptions {
  /** A folder of its own. */
  readonly files: OutboxFiles;
  readonly budget: WriteBudget;
  readonly logger: Logger;
}

const validator = Compile(WrittenMinutes);

/** What is on disk is ahead of what was written by up to this share of the budget, so that it is written rarely. */
const aheadShare = 0.01;

/**
 * The last hour's bytes on disk, so that an agent that starts again and again doesn't get an hour's budget each time.
 * Each entry counts bytes ahead, and another follows when they are used up: a process that is killed has written less
 * than stands there, one that ends in order writes down what it really was.
 */
export class WearBook implements Lifecycle {
  readonly #options: WearBookOptions;
  readonly #slot: SlotFile;
  /** Of all bytes that this process notes. */
  #bookedBytes = 0;
  #isOpen = false;
  /** One write at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: WearBookOptions) {
    this.#options = options;
    this.#slot = new SlotFile({ files: options.files, name: 'written' });
  }

  /** Never rejects. An hour that can't be read counts as used up: the card that can't give it back is to be spared. */
  async start(): Promise<void> {
    const { files, budget, logger } = this.#options;
    try {
      await files.open();
      const stored = await this.#slot.read();
      if (validator.Check(stored)) budget.goOn(stored);
      // A single slot is the first entry, cut off: nothing was written before it.
      else if ((await files.list()).length > 1) throw new Error('no entry is intact');
    } catch (error) {
      budget.goOn({ minute: budget.writtenMinutes.minute, bytes: [budget.maxBytesPerHour] });
      logger.warn({ err: error }, 'what was written before can not be read: the hour is used up');
    }
    this.#isOpen = true;
    await this.#bookAhead();
  }

  /** Bytes go to the disk. */
  note(bytes: number): void {
    const { budget } = this.#options;
    budget.note(bytes);
    if (this.#isOpen && budget.totalBytes >= this.#bookedBytes) void this.#bookAhead();
  }

  async stop(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#write(0);
  }

  #bookAhead(): Promise<void> {
    const { budget } = this.#options;
    const aheadBytes = Math.round(aheadShare * budget.maxBytesPerHour);
    this.#bookedBytes = budget.totalBytes + aheadBytes;
    return this.#write(aheadBytes);
  }

  /** A disk that refuses gets the next entry in its time; the outbox says that it is full. */
  #write(aheadBytes: number): Promise<void> {
    const { budget, logger } = this.#options;
    this.#last = this.#last.then(async () => {
      const { minute, bytes } = budget.writtenMinutes;
      const [newest = 0, ...older] = bytes;
      try {
        await this.#slot.write({ minute, bytes: [newest + aheadBytes, ...older] });
      } catch (error) {
        logger.warn(
          { err: error },
          'what is written to the card can not be kept for the next start',
        );
      }
    });
    return this.#last;
  }
}
