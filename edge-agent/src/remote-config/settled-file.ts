import type { Logger } from '@emotion-fleet/service';
import { Compile } from 'typebox/compile';
import type { OutboxFiles } from '../outbox/outbox-files.ts';
import { SlotFile } from '../outbox/slot-file.ts';
import { nothingSettled, SettledState } from './settled-state.ts';

const validator = Compile(SettledState);

/** The settled state on disk, in a folder of its own: a torn write gives the state before it. */
export class SettledFile {
  readonly #files: OutboxFiles;
  readonly #logger: Logger;
  readonly #slot: SlotFile;
  /** One write at a time, in the order of the calls. */
  #last: Promise<void> = Promise.resolve();

  constructor({ files, logger }: { files: OutboxFiles; logger: Logger }) {
    this.#files = files;
    this.#logger = logger;
    this.#slot = new SlotFile({ files, name: 'settled' });
  }

  /** Never rejects: what can't be read is nothing, and the device begins with its own settings. */
  async load(): Promise<SettledState> {
    try {
      await this.#files.open();
      const value = await this.#slot.read();
      if (value === undefined) return nothingSettled;
      if (validator.Check(value)) return value;
      this.#logger.warn({}, 'the remote configuration on disk is of another kind: own settings');
    } catch (error) {
      this.#logger.warn({ err: error }, 'the remote configuration can not be read: own settings');
    }
    return nothingSettled;
  }

  /** Resolves once the state survives a power cut. */
  async save(state: SettledState): Promise<void> {
    const saving = this.#last.then(() => this.#slot.write(state));
    this.#last = saving.catch(() => undefined);
    return saving;
  }
}
