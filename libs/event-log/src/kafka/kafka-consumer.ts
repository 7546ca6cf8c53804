import type { LogTopic } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import {
  EventLogError,
  type ConsumerOptions,
  type EventConsumer,
  type OffsetHole,
} from '../event-log.ts';
import type { BackOff } from '../log-consumer.ts';
import { BatchDelivery } from './batch-delivery.ts';
import { messageOf, withLimit, type Kafka } from './client.ts';
import { ConsumerSession, type ConsumerTimings } from './consumer-session.ts';
import type { OffsetReader } from './offset-reader.ts';

export interface KafkaConsumerOptions {
  readonly kafka: Kafka;
  readonly offsets: OffsetReader;
  readonly consumer: ConsumerOptions;
  readonly timings: ConsumerTimings;
  readonly backOff: BackOff;
  /** Limit of the first join. */
  readonly joinTimeoutMs: number;
  /** A group of its own for each follower, so that each sees everything. */
  readonly newId: () => string;
  readonly onHole: (hole: OffsetHole) => void;
  readonly logger?: Logger;
}

/** A member of a Kafka group; a session that ends without being stopped is replaced by a new one. */
export class KafkaConsumer implements EventConsumer {
  readonly #options: KafkaConsumerOptions;
  readonly #delivery: BatchDelivery;
  readonly #groupId: string;
  #session: ConsumerSession | undefined;
  #restart: NodeJS.Timeout | undefined;
  #running = false;
  #failures = 0;
  #joined = Promise.withResolvers<undefined>();

  constructor(options: KafkaConsumerOptions) {
    this.#options = options;
    const { consumer, timings, backOff, offsets } = options;
    const { heartbeatIntervalMs } = timings;
    const onHole = (hole: OffsetHole) => this.#hole(hole);
    this.#groupId =
      consumer.from === 'end' ? `${consumer.groupId}-${options.newId()}` : consumer.groupId;
    this.#delivery = new BatchDelivery({ consumer, backOff, heartbeatIntervalMs, offsets, onHole });
  }

  /** Resolves when the group is joined. @throws EventLogError `unavailable`, `timeout` */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#joined = Promise.withResolvers<undefined>();
    this.#joined.promise.catch(() => undefined);
    try {
      if (this.#options.consumer.from === 'end') await this.#followFromHere();
      void this.#open();
      const { joinTimeoutMs } = this.#options;
      await withLimit(this.#joined.promise, joinTimeoutMs, 'joining the group');
    } catch (error) {
      await this.stop();
      if (error instanceof EventLogError) throw error;
      throw new EventLogError('unavailable', `Kafka does not answer: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#restart);
    const session = this.#session;
    this.#session = undefined;
    await session?.stop();
  }

  async lag(): Promise<number> {
    const { consumer, offsets } = this.#options;
    let lag = 0;
    for (const topic of consumer.topics) {
      // Committed first: an end that is read later can't be below it.
      const committed =
        consumer.from === 'end' ? [] : await offsets.committed(this.#groupId, topic);
      for (const [partition, { low, high }] of (await offsets.ranges(topic)).entries()) {
        lag +=
          consumer.from === 'end'
            ? this.#delivery.behind(topic, partition, high)
            : high - Math.max(low, Math.min(high, committed[partition] ?? low));
      }
    }
    return lag;
  }

  async #followFromHere(): Promise<void> {
    const { consumer, offsets } = this.#options;
    const begin = async (topic: LogTopic) => {
      const ranges = await offsets.ranges(topic);
      ranges.forEach(({ high }, partition) => this.#delivery.begin(topic, partition, high));
    };
    await Promise.all(consumer.topics.map(begin));
  }

  async #open(): Promise<void> {
    const { kafka, timings, consumer } = this.#options;
    const session: ConsumerSession = new ConsumerSession({
      kafka,
      groupId: this.#groupId,
      topics: consumer.topics,
      partitionsAtOnce: consumer.partitionsAtOnce ?? 1,
      timings,
      onJoin: (assigned) => {
        this.#failures = 0;
        this.#delivery.joined(assigned, session);
        consumer.onAssigned?.();
        this.#joined.resolve(undefined);
      },
      onBatch: (payload) => this.#delivery.deliver(payload, session),
      onEnd: (reason) => this.#reopen(session, reason),
    });
    this.#session = session;
    try {
      await session.start();
    } catch (error) {
      this.#reopen(session, error);
    }
  }

  #reopen(session: ConsumerSession, reason: unknown): void {
    if (this.#session !== session || !this.#running) return;
    this.#session = undefined;
    this.#failures += 1;
    const { firstMs, maxMs } = this.#options.backOff;
    const pauseMs = Math.min(maxMs, firstMs * 2 ** Math.min(this.#failures - 1, 20));
    const fields = { err: reason, groupId: this.#groupId, pauseMs };
    this.#options.logger?.warn(fields, 'consumer is started again');
    this.#options.consumer.onError?.(reason);
    // What the old session still has in hand ends first: one hand for one partition.
    void session.stop().finally(() => {
      if (!this.#running) return;
      this.#restart = setTimeout(() => void this.#open(), pauseMs);
    });
  }

  #hole(hole: OffsetHole): void {
    this.#options.onHole(hole);
    this.#options.logger?.error({ ...hole, groupId: this.#groupId }, 'offset hole');
    this.#options.consumer.onHole?.(hole);
  }
}
