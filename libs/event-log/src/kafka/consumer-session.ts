import type { LogTopic } from '@emotion-fleet/contracts';
import { EventLogError } from '../event-log.ts';
import {
  messageOf,
  patience,
  withLimit,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
} from './client.ts';

export interface ConsumerTimings {
  /** A member that is not heard of for longer loses its partitions. */
  readonly sessionTimeoutMs: number;
  /** How long a rebalance waits for a member that is still busy with a batch. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a fetch waits for entries; also how late a partition that was paused may be read again. */
  readonly fetchWaitMs: number;
  /** A consumer that neither fetches nor has a batch in hand for longer has stopped silently. */
  readonly stallAfterMs: number;
}

export interface ConsumerSessionOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topics: readonly LogTopic[];
  readonly partitionsAtOnce: number;
  readonly timings: ConsumerTimings;
  /** `topic/partition` of each; called before anything is fetched. */
  readonly onJoin: (assigned: ReadonlySet<string>) => void;
  readonly onBatch: (payload: EachBatchPayload) => Promise<void>;
  /** The session is over: it crashed or fell silent (kafkajs #558, #659). Called once. */
  readonly onEnd: (reason: EventLogError) => void;
}

const disconnectLimitMs = 5_000;

/** One life of a kafkajs consumer, from connecting to its end; it is never started again. */
export class ConsumerSession {
  readonly #options: ConsumerSessionOptions;
  readonly #resumes = new Set<NodeJS.Timeout>();
  #consumer: Consumer | undefined;
  #watch: NodeJS.Timeout | undefined;
  #activeAt = 0;
  #inHand = 0;
  /** Resolved while no batch is in hand. */
  #idle = Promise.withResolvers<undefined>();
  #over = false;

  constructor(options: ConsumerSessionOptions) {
    this.#options = options;
    this.#idle.resolve(undefined);
  }

  /** Resolves once connected and at work; joining the group is told by `onJoin`. */
  async start(): Promise<void> {
    const { kafka, groupId, topics, partitionsAtOnce, timings } = this.#options;
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: timings.sessionTimeoutMs,
      rebalanceTimeout: timings.rebalanceTimeoutMs,
      heartbeatInterval: timings.heartbeatIntervalMs,
      maxWaitTimeInMs: timings.fetchWaitMs,
      // With a backlog a batch is what one fetch brings; kafkajs' own limit would be some 2,000 entries.
      maxBytesPerPartition: 4 * 1024 * 1024,
      allowAutoTopicCreation: false,
      // A crash ends the session; who owns it makes a new one.
      retry: { ...patience, restartOnFailure: async () => false },
    });
    this.#consumer = consumer;
    this.#listen(consumer);
    this.#touch();
    this.#watch = setInterval(() => this.#checkForSilence(), timings.stallAfterMs / 4);
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map(({ name }) => name), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitionsAtOnce,
      eachBatch: (payload) => this.#handle(payload),
    });
  }

  /** Waits for the batch in hand; leaves the group. */
  async stop(): Promise<void> {
    this.#over = true;
    clearInterval(this.#watch);
    for (const timer of this.#resumes) clearTimeout(timer);
    const left = this.#consumer?.disconnect() ?? Promise.resolve();
    left.catch(() => undefined);
    // The batch in hand has its own time; leaving and hanging up have a limit.
    await this.#idle.promise;
    await withLimit(left, disconnectLimitMs, 'leaving the group').catch(
      () => undefined, // The broker finds out by the session's time-out.
    );
  }

  seek(topic: string, partition: number, offset: number): void {
    this.#consumer?.seek({ topic, partition, offset: String(offset) });
  }

  get over(): boolean {
    return this.#over;
  }

  /** Fetches nothing of them until `release`, whatever was to be resumed before. */
  hold(partitions: readonly (readonly [topic: string, partition: number])[]): void {
    for (const timer of this.#resumes) clearTimeout(timer);
    this.#resumes.clear();
    this.#consumer?.pause(partitions.map(toTopicPartitions));
  }

  release(partitions: readonly (readonly [topic: string, partition: number])[]): void {
    if (!this.#over) this.#consumer?.resume(partitions.map(toTopicPartitions));
  }

  /** Leaves the partition alone for a while. */
  rest(topic: string, partition: number, pauseMs: number): void {
    if (this.#over) return;
    const where = [{ topic, partitions: [partition] }];
    this.#consumer?.pause(where);
    const timer = setTimeout(() => {
      this.#resumes.delete(timer);
      if (!this.#over) this.#consumer?.resume(where);
    }, pauseMs);
    this.#resumes.add(timer);
  }

  #listen(consumer: Consumer): void {
    const { GROUP_JOIN, FETCH, STOP, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#touch();
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => `${topic}/${String(partition)}`),
      );
      this.#options.onJoin(new Set(assigned));
    });
    consumer.on(FETCH, () => this.#touch());
    // One that crashes stops, hangs up and then says why. From the stop on it throws when touched: in a timer too.
    consumer.on(STOP, () => (this.#consumer = undefined));
    consumer.on(CRASH, ({ payload }) => this.#end('crashed', payload.error));
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    if (this.#inHand++ === 0) this.#idle = Promise.withResolvers<undefined>();
    try {
      if (!this.#over) await this.#options.onBatch(payload);
    } finally {
      if (--this.#inHand === 0) this.#idle.resolve(undefined);
      this.#touch();
    }
  }

  #touch(): void {
    this.#activeAt = performance.now();
  }

  #checkForSilence(): void {
    const { stallAfterMs } = this.#options.timings;
    if (this.#inHand === 0 && performance.now() - this.#activeAt > stallAfterMs) {
      this.#end(`was silent for ${stallAfterMs} ms`);
    }
  }

  #end(what: string, cause?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watch);
    const { groupId } = this.#options;
    const reason = cause === undefined ? '' : `: ${messageOf(cause)}`;
    const sentence = `the consumer of group ${groupId} ${what}${reason}`;
    this.#options.onEnd(new EventLogError('unavailable', sentence, { cause }));
  }
}

function toTopicPartitions([topic, partition]: readonly [string, number]) {
  return { topic, partitions: [partition] };
}
