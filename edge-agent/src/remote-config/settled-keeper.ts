import type { DesiredConfig } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import { ConfigRefused } from './errors.ts';
import type { SettledFile } from './settled-file.ts';
import { foundAtStart, nothingSettled, refused, type SettledState } from './settled-state.ts';

export interface SettledKeeperOptions {
  readonly file: Pick<SettledFile, 'load' | 'save'>;
  readonly logger: Logger;
}

/** The settled state in memory, and how surely each change of it has to be on disk. */
export class SettledKeeper {
  readonly #options: SettledKeeperOptions;
  #isLoaded = false;
  /** As it is to be; changed at once, whatever the disk says. */
  state: SettledState = nothingSettled;

  constructor(options: SettledKeeperOptions) {
    this.#options = options;
  }

  /** False until what earlier processes left is known: nothing may be written over it. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Reads what earlier processes left; what one of them died on is refused. */
  async load(): Promise<void> {
    this.state = foundAtStart(await this.#options.file.load());
    this.#isLoaded = true;
    await this.keep();
  }

  /**
   * The guard: nothing is tried or used before this has resolved.
   *
   * @throws ConfigRefused `not_started` where the disk takes nothing
   */
  async save(state: SettledState): Promise<void> {
    this.state = state;
    try {
      await this.#options.file.save(state);
    } catch (cause) {
      const message = 'The disk takes nothing: what is tried has to be written down first.';
      throw new ConfigRefused('not_started', message, { cause });
    }
  }

  /** As well as the disk allows: the device goes on with what is in memory. */
  async keep(state = this.state): Promise<void> {
    this.state = state;
    try {
      await this.#options.file.save(state);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the remote configuration is not on disk');
    }
  }

  /** In memory alone: `keep` follows. */
  refuse(desired: DesiredConfig, { code, message }: ConfigRefused): void {
    const { version } = desired;
    this.#options.logger.warn({ version, code, reason: message }, 'configuration refused');
    this.state = refused(this.state, { desired, code, reason: message });
  }
}
