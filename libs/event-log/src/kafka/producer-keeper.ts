import type { HopHealth } from '@emotion-fleet/service';
import { EventLogError } from '../event-log.ts';
import { messageOf, withLimit, type Message, type Producer } from './client.ts';

/** Messages that name their partition; one send has each topic once. */
export interface TopicMessages {
  readonly topic: string;
  readonly messages: (Message & { readonly partition: number })[];
}

export interface ProducerKeeperOptions {
  readonly makeProducer: () => Producer;
  /** Rejects while appends could not succeed. */
  readonly probe: () => Promise<void>;
  /** A send that takes longer has failed. */
  readonly sendTimeoutMs: number;
  /** Pause between two attempts at a new producer; a probe runs as often where nothing is sent. */
  readonly recoveryIntervalMs: number;
}

/**
 * Keeps one idempotent producer that works.
 *
 * INVARIANT: after a failed send the producer is never used again. kafkajs then takes its sequence numbers
 * back although the broker may have the batch; the next batch of the same size would be taken for a duplicate,
 * acked and dropped. A new producer has an id of its own. What the old one still delivers is a duplicate of
 * what the caller sends again.
 */
export class ProducerKeeper {
  readonly #options: ProducerKeeperOptions;
  #producer: Producer | undefined;
  #fault: string | undefined = 'The log has not started.';
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #provenAt = 0;

  constructor(options: ProducerKeeperOptions) {
    this.#options = options;
  }

  /** @throws what kafkajs or the probe says where no producer can be had */
  async start(): Promise<void> {
    this.#running = true;
    await this.#replace();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#fault = 'The log has stopped.';
    clearTimeout(this.#timer);
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer !== undefined) await abandon(producer);
  }

  health(): HopHealth {
    return this.#fault === undefined ? { state: 'ok' } : { state: 'down', detail: this.#fault };
  }

  /** Resolves once every partition has acked. @throws EventLogError `unavailable`, `timeout` */
  async send(topicMessages: readonly TopicMessages[]): Promise<void> {
    const producer = this.#producer;
    if (producer === undefined) {
      throw new EventLogError('unavailable', this.#fault ?? 'there is no producer');
    }
    try {
      const sent = producer.sendBatch({ acks: -1, topicMessages: [...topicMessages] });
      // Should the limit be faster, nobody waits for this any more.
      sent.catch(() => undefined);
      const acks = await withLimit(sent, this.#options.sendTimeoutMs, 'the send to Kafka');
      // kafkajs forgets partitions whose leader changes to a broker that has already answered.
      for (const { topic, messages } of topicMessages) {
        const acked = new Set(
          acks.filter(({ topicName }) => topicName === topic).map(({ partition }) => partition),
        );
        if (!messages.every(({ partition }) => acked.has(partition))) {
          throw new EventLogError('unavailable', `a partition of ${topic} has not acked`);
        }
      }
      this.#provenAt = performance.now();
    } catch (error) {
      this.#discard(producer, error);
      if (error instanceof EventLogError) throw error;
      throw new EventLogError(
        'unavailable',
        `Kafka did not take the entries: ${messageOf(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  #discard(producer: Producer, reason: unknown): void {
    if (this.#producer !== producer) return;
    this.#producer = undefined;
    if (!this.#running) return;
    this.#fault = `Kafka does not take entries: ${messageOf(reason)}.`;
    void abandon(producer);
    this.#schedule(0);
  }

  #schedule(pauseMs = this.#options.recoveryIntervalMs): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), pauseMs);
  }

  async #check(): Promise<void> {
    const producer = this.#producer;
    try {
      if (producer === undefined) await this.#replace();
      else if (performance.now() - this.#provenAt > this.#options.recoveryIntervalMs) {
        await this.#prove();
      }
    } catch (error) {
      if (producer !== undefined) this.#discard(producer, error);
      else this.#fault = `Kafka does not take entries: ${messageOf(error)}.`;
    }
    if (this.#running) this.#schedule();
  }

  /** A broker that does not answer shows here even where nobody appends. */
  async #prove(): Promise<void> {
    await withLimit(this.#options.probe(), this.#options.sendTimeoutMs, 'the question to Kafka');
    this.#provenAt = performance.now();
  }

  async #replace(): Promise<void> {
    const producer = this.#options.makeProducer();
    try {
      await withLimit(producer.connect(), this.#options.sendTimeoutMs * 2, 'connecting to Kafka');
      await this.#prove();
    } catch (error) {
      void abandon(producer);
      throw error;
    }
    if (!this.#running) return abandon(producer);
    this.#producer = producer;
    this.#fault = undefined;
  }
}

async function abandon(producer: Producer): Promise<void> {
  await producer.disconnect().catch(() => undefined);
}
