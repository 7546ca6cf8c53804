export interface LagWatchOptions {
  /** Rejects, or takes long, while the log does not answer. */
  readonly ask: () => Promise<number | null>;
  /** How long whoever asks is kept waiting. */
  readonly patienceMs: number;
}

/**
 * How far behind the log a consumer is, for those who can't wait. It is null where the log doesn't say in time: a
 * number that was true before would be taken for the present one, and a drain ends at 0.
 */
export class LagWatch {
  readonly #options: LagWatchOptions;
  /** The one that is under way; never more, however many have given up on it. */
  #question: Promise<number | null> | undefined;

  constructor(options: LagWatchOptions) {
    this.#options = options;
  }

  async read(): Promise<number | null> {
    const { patienceMs } = this.#options;
    const end = Promise.withResolvers<null>();
    const caller = { waits: true };
    const timer = setTimeout(() => {
      caller.waits = false;
      end.resolve(null);
    }, patienceMs);
    try {
      return await Promise.race([this.#answer(caller), end.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks anew: the answer to an older question may be older than what the caller knows. */
  async #answer(caller: { readonly waits: boolean }): Promise<number | null> {
    while (this.#question !== undefined) await this.#question;
    if (!caller.waits) return null;
    this.#question = this.#options
      .ask()
      .catch(() => null)
      .finally(() => (this.#question = undefined));
    return this.#question;
  }
}
