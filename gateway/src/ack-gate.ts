import { GatewayError } from './gateway-error.ts';

export interface AckGateOptions {
  readonly maxInFlightBytes: number;
  readonly ackTimeoutMs: number;
}

/**
 * Bounds what waits for the log, in bytes and in time. Work that outlives its wait goes on in the background
 * and keeps its bytes until it settles, since the memory is still held.
 */
export class AckGate {
  readonly #options: AckGateOptions;
  readonly #idlers: (() => void)[] = [];
  #bytes = 0;
  #running = 0;

  constructor(options: AckGateOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Resolves when the work is done: now the device may be acked.
   * @throws GatewayError `overloaded` (the work was not begun), `ack_timeout`, or what the work throws
   */
  async run(bytes: number, work: () => Promise<void>): Promise<void> {
    const { maxInFlightBytes, ackTimeoutMs } = this.#options;
    if (this.#running > 0 && this.#bytes + bytes > maxInFlightBytes) {
      throw new GatewayError('overloaded', 'too many bytes wait for the log');
    }
    this.#bytes += bytes;
    this.#running += 1;
    const done = work().finally(() => this.#leave(bytes));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new GatewayError('ack_timeout', 'the log did not answer in time')),
        ackTimeoutMs,
      );
    });
    try {
      await Promise.race([done, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when nothing is in flight, or after `limitMs`. */
  async idle(limitMs: number): Promise<void> {
    if (this.#running === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#idlers.push(resolve);
      timer = setTimeout(resolve, limitMs);
    });
    clearTimeout(timer);
  }

  #leave(bytes: number): void {
    this.#bytes -= bytes;
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#idlers.splice(0)) resolve();
  }
}
