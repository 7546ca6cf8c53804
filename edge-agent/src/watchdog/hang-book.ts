import type { Lifecycle, Logger } from '@emotion-fleet/service';
import { Compile } from 'typebox/compile';
import type { OutboxFiles } from '../outbox/outbox-files.ts';
import { SlotFile } from '../outbox/slot-file.ts';
import { describeHangs, Hangs } from './hangs.ts';
import type { VitalSigns } from './vital-signs.ts';

export interface HangBookOptions {
  readonly files: OutboxFiles;
  readonly vitalSigns: VitalSigns;
  readonly logger: Logger;
}

const validator = Compile(Hangs);

/** Networks that hang outside of JavaScript end their process: what it noted is on disk for those that follow. */
export class HangBook implements Lifecycle {
  readonly #options: HangBookOptions;
  readonly #slot: SlotFile;
  /** One write at a time. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: HangBookOptions) {
    this.#options = options;
    this.#slot = new SlotFile({ files: options.files, name: 'hangs' });
  }

  /** Never rejects: what can't be read is counted anew. */
  async start(): Promise<void> {
    const { files, vitalSigns, logger } = this.#options;
    try {
      await files.open();
      const stored = await this.#slot.read();
      if (validator.Check(stored)) vitalSigns.goOn(stored);
      const { hangs } = vitalSigns;
      if (hangs !== undefined) logger.warn({ detail: describeHangs(hangs) }, 'the networks hung');
    } catch (error) {
      logger.warn({ err: error }, 'hangs of the networks are counted anew');
    }
  }

  /** Resolves once the hang is on disk, or can't be. */
  note(): Promise<void> {
    const { vitalSigns, logger } = this.#options;
    const hangs = vitalSigns.noteHang();
    this.#last = this.#last.then(async () => {
      try {
        await this.#slot.write(hangs);
      } catch (error) {
        logger.warn({ err: error }, 'a hang of the networks is not kept for the next start');
      }
    });
    return this.#last;
  }

  /** Waits for what is noted. */
  async stop(): Promise<void> {
    await this.#last;
  }
}
