import type { Logger } from '@emotion-fleet/service';

/** Goes on where the disk refuses: says so once, and once more when it works again. */
export class DiskFault {
  readonly #logger: Logger;
  #code: string | undefined;

  constructor({ logger }: { logger: Logger }) {
    this.#logger = logger;
  }

  /** True where the step went well. */
  async attempt(step: () => Promise<void>): Promise<boolean> {
    try {
      await step();
      return true;
    } catch (error) {
      this.report(error);
      return false;
    }
  }

  report(error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === this.#code) return;
    this.#code = code;
    this.#logger.error({ err: error }, 'the disk does not take records; they wait in memory');
  }

  /** Everything that was attempted went well. */
  clear(): void {
    if (this.#code === undefined) return;
    this.#code = undefined;
    this.#logger.info('the disk takes records again');
  }
}
