import type { DriverFault } from './driver-error.ts';

export interface Fault {
  readonly code: DriverFault;
  readonly message: string;
}

export interface OutageWatchOptions {
  /** One small request; rejects while it can't be answered. */
  readonly ask: () => Promise<unknown>;
  readonly intervalMs: number;
}

/**
 * Remembers the last fault until a request succeeds, and asks by itself meanwhile: whoever waits for the store to be
 * well sends it nothing.
 */
export class OutageWatch {
  readonly #options: OutageWatchOptions;
  #fault: Fault | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;

  constructor(options: OutageWatchOptions) {
    this.#options = options;
  }

  get fault(): Fault | undefined {
    return this.#fault;
  }

  failed(fault: Fault): void {
    this.#fault = fault;
    this.#askLater();
  }

  succeeded(): void {
    this.#fault = undefined;
  }

  start(): void {
    this.#isStarted = true;
  }

  stop(): void {
    this.#isStarted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #askLater(): void {
    if (!this.#isStarted) return;
    this.#timer ??= setTimeout(() => void this.#ask(), this.#options.intervalMs);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    if (this.#fault === undefined) return;
    try {
      await this.#options.ask();
      this.succeeded();
    } catch {
      // Whatever it was, a defect too: who stops asking reports an outage for ever.
      this.#askLater();
    }
  }
}
