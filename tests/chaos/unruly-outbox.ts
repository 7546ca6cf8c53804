import type { BatchLimits, OutboxBatch, PublisherOutbox } from '@emotion-fleet/edge-agent/device';

export interface UnrulyOutboxOptions {
  readonly outbox: PublisherOutbox;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** How often a batch is sent once more although it was acked, and how often two are swapped. */
const share = { repeat: 0.15, swap: 0.15 };

/** A device that keeps no order: what the cloud must bear, since MQTT may deliver anything again. */
export class UnrulyOutbox implements PublisherOutbox {
  readonly #outbox: PublisherOutbox;
  readonly #random: () => number;
  #lastAcked: OutboxBatch | undefined;
  /** Overtaken by the batch behind it. */
  #overtaken: OutboxBatch | undefined;
  repeated = 0;
  swapped = 0;

  constructor({ outbox, random }: UnrulyOutboxOptions) {
    this.#outbox = outbox;
    this.#random = random;
  }

  async take(limits: BatchLimits): Promise<OutboxBatch | undefined> {
    const overtaken = this.#overtaken;
    this.#overtaken = undefined;
    if (overtaken !== undefined) return overtaken;
    const dice = this.#random();
    if (dice < share.repeat && this.#lastAcked !== undefined) {
      const again = this.#lastAcked;
      this.#lastAcked = undefined;
      this.repeated += 1;
      return again;
    }
    const first = await this.#outbox.take(limits);
    if (first === undefined || dice > share.repeat + share.swap) return first;
    const second = await this.#outbox.take(limits);
    if (second === undefined) return first;
    this.#overtaken = first;
    this.swapped += 1;
    return second;
  }

  ack(batch: OutboxBatch): void {
    this.#lastAcked = batch;
    this.#outbox.ack(batch);
  }

  rewind(): void {
    this.#overtaken = undefined;
    this.#outbox.rewind();
  }

  onReady(listener: () => void): () => void {
    return this.#outbox.onReady(listener);
  }

  status(): { readonly records: number } {
    return this.#outbox.status();
  }
}
