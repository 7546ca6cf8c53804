import { randomUUID } from 'node:crypto';
import { logTopics, minRawRetentionMs, type LogTopic } from '@emotion-fleet/contracts';
import { OperatorError, type HopHealth } from '@emotion-fleet/service';
import {
  EventLogError,
  type ConsumerOptions,
  type EventConsumer,
  type EventLog,
  type LogEntry,
  type LogPass,
} from './event-log.ts';
import type { BackOff } from './log-consumer.ts';
import {
  connectKafka,
  messageOf,
  patience,
  withLimit,
  type KafkaConnection,
} from './kafka/client.ts';
import { readCompactedTopic } from './kafka/compacted-reader.ts';
import type { ConsumerTimings } from './kafka/consumer-session.ts';
import { KafkaConsumer } from './kafka/kafka-consumer.ts';
import { OffsetReader } from './kafka/offset-reader.ts';
import { ProducerKeeper } from './kafka/producer-keeper.ts';
import { SendQueue } from './kafka/send-queue.ts';
import { passThroughTopic } from './kafka/topic-pass.ts';
import { migrateTopics, type TopicSettings } from './kafka/topics.ts';

export interface KafkaEventLogOptions extends KafkaConnection {
  /** Default: 3 copies, 2 of them before an ack, 8 days. One broker needs 1 and 1. */
  readonly topics?: Partial<TopicSettings>;
  /** Bytes that may wait for acks before `append` refuses (default 64 MiB). */
  readonly maxInFlightBytes?: number;
  readonly maxSendEntries?: number;
  readonly maxSendBytes?: number;
  /** An append settles within twice this: the send ahead of it and its own (default 2 s). */
  readonly sendTimeoutMs?: number;
  /** Pause before Kafka is asked again while it does not take entries (default 1 s). */
  readonly recoveryIntervalMs?: number;
  readonly timings?: Partial<ConsumerTimings>;
  /** Pauses of a consumer whose batch was rejected or whose session ended. */
  readonly backOff?: BackOff;
  /** Limit of a group's first join, of a start and of reading a compacted topic (default 30 s). */
  readonly startTimeoutMs?: number;
  readonly newId?: () => string;
}

const defaults = {
  maxInFlightBytes: 64 * 1024 * 1024,
  maxSendEntries: 1_000,
  maxSendBytes: 900_000,
  sendTimeoutMs: 2_000,
  recoveryIntervalMs: 1_000,
  backOff: { firstMs: 200, maxMs: 10_000 },
  startTimeoutMs: 30_000,
  newId: () => randomUUID() as string,
};
const defaultTopics: TopicSettings = {
  replicationFactor: 3,
  minInSyncReplicas: 2,
  retentionMs: minRawRetentionMs,
};
const defaultTimings: ConsumerTimings = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatIntervalMs: 1_000,
  fetchWaitMs: 100,
  stallAfterMs: 30_000,
};

/** The log in Kafka: an append resolves when all in-sync replicas have its entries. */
export class KafkaEventLog implements EventLog {
  readonly #options: KafkaEventLogOptions & typeof defaults;
  readonly #topics: TopicSettings;
  readonly #timings: ConsumerTimings;
  readonly #kafka;
  readonly #patientKafka;
  readonly #admin;
  readonly #offsets: OffsetReader;
  readonly #keeper: ProducerKeeper;
  readonly #queue: SendQueue;
  #running = false;
  #offsetHoles = 0;

  constructor(options: KafkaEventLogOptions) {
    this.#options = { ...defaults, ...options };
    this.#topics = { ...defaultTopics, ...options.topics };
    this.#timings = { ...defaultTimings, ...options.timings };
    this.#kafka = connectKafka(options);
    this.#patientKafka = connectKafka(options, patience);
    this.#admin = this.#kafka.admin();
    this.#offsets = new OffsetReader(this.#admin, this.#options.startTimeoutMs);
    const { sendTimeoutMs, recoveryIntervalMs } = this.#options;
    this.#keeper = new ProducerKeeper({
      makeProducer: () =>
        this.#kafka.producer({
          idempotent: true,
          // kafkajs and Java agree only by this; each message names its partition.
          createPartitioner: () => (message) => message.message.partition ?? 0,
          allowAutoTopicCreation: false,
        }),
      probe: () => this.#probe(),
      sendTimeoutMs,
      recoveryIntervalMs,
    });
    const { maxInFlightBytes, maxSendBytes, maxSendEntries } = this.#options;
    const send = this.#keeper.send.bind(this.#keeper);
    this.#queue = new SendQueue({ maxInFlightBytes, maxSendBytes, maxSendEntries, send });
  }

  /** Makes the topics that are missing. @throws OperatorError `log_unreachable`, `partition_count`, `replication_factor` */
  async start(): Promise<void> {
    try {
      await withLimit(this.#connect(), this.#options.startTimeoutMs, 'connecting');
    } catch (error) {
      await this.stop();
      if (error instanceof OperatorError) throw error;
      const brokers = this.#options.brokers.join(', ');
      const sentence = `Kafka cannot be used at ${brokers} (${messageOf(error)}): start it, or correct the address.`;
      throw new OperatorError('log_unreachable', sentence, { cause: error });
    }
    this.#running = true;
  }

  /** Finishes what was accepted. Consumers are stopped first, by whoever made them. */
  async stop(): Promise<void> {
    this.#running = false;
    await this.#queue.idle();
    await this.#keeper.stop();
    await this.#admin.disconnect().catch(() => undefined);
  }

  async append(topic: LogTopic, entries: readonly LogEntry[]): Promise<void> {
    if (!this.#running) throw new EventLogError('stopped', 'the log has stopped');
    if (entries.length > 0) await this.#queue.submit(topic, entries);
  }

  createConsumer(options: ConsumerOptions): EventConsumer {
    const { backOff, startTimeoutMs, newId, logger } = this.#options;
    return new KafkaConsumer({
      kafka: this.#patientKafka,
      offsets: this.#offsets,
      consumer: options,
      timings: this.#timings,
      backOff,
      joinTimeoutMs: startTimeoutMs,
      newId,
      onHole: () => (this.#offsetHoles += 1),
      ...(logger !== undefined && { logger }),
    });
  }

  async readThrough(pass: LogPass): Promise<void> {
    const groupId = `pass-${pass.topic.name}-${this.#options.newId()}`;
    // Behind a pass stands a slow store, and a broker may restart meanwhile.
    const kafka = this.#patientKafka;
    await passThroughTopic({ kafka, offsets: this.#offsets, groupId }, pass);
  }

  async readCompacted(topic: LogTopic): Promise<ReadonlyMap<string, Uint8Array>> {
    return readCompactedTopic(topic, {
      kafka: this.#kafka,
      offsets: this.#offsets,
      groupId: `read-${topic.name}-${this.#options.newId()}`,
      timeoutMs: this.#options.startTimeoutMs,
    });
  }

  health(): HopHealth {
    const figures = { queueBytes: this.#queue.bytes, offsetHoles: this.#offsetHoles };
    return { ...this.#keeper.health(), ...figures };
  }

  async #connect(): Promise<void> {
    await this.#admin.connect();
    await migrateTopics(this.#admin, this.#topics);
    await this.#keeper.start();
  }

  /** Appends need a leader and enough replicas of every partition. */
  async #probe(): Promise<void> {
    const topics = Object.values(logTopics).map(({ name }) => name);
    const metadata = await this.#admin.fetchTopicMetadata({ topics });
    for (const { name, partitions } of metadata.topics) {
      for (const { leader, isr, partitionId } of partitions) {
        if (leader < 0 || isr.length < this.#topics.minInSyncReplicas) {
          const where = `${name}/${String(partitionId)}`;
          throw new EventLogError('unavailable', `${where} has too few replicas`);
        }
      }
    }
  }
}
