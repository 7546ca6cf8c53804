import type { Lifecycle, Logger } from '@emotion-fleet/service';

export interface RenewedAgentOptions {
  /** Puts an agent with a run of its own together; `onClockWrong` says that the run's times have proved wrong. */
  readonly compose: (onClockWrong: () => void) => Promise<Lifecycle>;
  readonly logger: Logger;
}

/** An agent that ends its run and begins another one when the run's times have proved wrong: a run has one offset. */
export class RenewedAgent implements Lifecycle {
  readonly #options: RenewedAgentOptions;
  #agent: Lifecycle | undefined;
  #isStopped = false;
  /** Start, renewals and stop, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: RenewedAgentOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    return this.#enqueue(() => this.#begin());
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    return this.#enqueue(async () => this.#agent?.stop());
  }

  async #begin(): Promise<void> {
    this.#agent = await this.#options.compose(() => void this.#enqueue(() => this.#renew()));
    await this.#agent.start();
  }

  async #renew(): Promise<void> {
    if (this.#isStopped) return;
    this.#options.logger.warn({}, 'the clock has proved wrong: a new run begins');
    await this.#agent?.stop();
    await this.#begin();
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(step);
    return this.#work;
  }
}
