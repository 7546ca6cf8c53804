import type { LogPass } from '../event-log.ts';
import { toEntry } from './batch-delivery.ts';
import { withLimit, type Consumer, type EachBatchPayload, type Kafka } from './client.ts';
import type { OffsetReader } from './offset-reader.ts';

export interface TopicPassOptions {
  readonly kafka: Kafka;
  readonly offsets: OffsetReader;
  /** Of a group that lives as long as the pass. */
  readonly groupId: string;
  /** Default: as long as it takes. */
  readonly timeoutMs?: number;
}

const defaultMaxBatchEntries = 2_000;

/** `readThrough` over Kafka. @throws EventLogError `timeout` */
export async function passThroughTopic(options: TopicPassOptions, pass: LogPass): Promise<void> {
  const { kafka, offsets, groupId, timeoutMs } = options;
  const { name } = pass.topic;
  const ranges = await offsets.ranges(pass.topic);
  const reading = new TopicReading(pass, ranges);
  if (reading.isComplete) return;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  try {
    const read = reading.run(consumer);
    await (timeoutMs === undefined ? read : withLimit(read, timeoutMs, `reading ${name}`));
  } finally {
    reading.end();
    await consumer.disconnect().catch(() => undefined);
    await forget(kafka, groupId);
  }
}

class TopicReading {
  readonly #pass: LogPass;
  /** Per partition, those that are not read through: the next offset, and the end at the call. */
  readonly #open = new Map<number, { next: number; readonly end: number }>();
  readonly #complete = Promise.withResolvers<undefined>();
  readonly #total: number;
  #passed = 0;
  #isOver = false;

  constructor(pass: LogPass, ranges: readonly { readonly low: number; readonly high: number }[]) {
    this.#pass = pass;
    // It may be rejected before anybody waits for it.
    this.#complete.promise.catch(() => undefined);
    for (const [partition, { low, high }] of ranges.entries()) {
      if (high > low) this.#open.set(partition, { next: low, end: high });
    }
    this.#total = ranges.reduce((sum, { low, high }) => sum + high - low, 0);
  }

  get isComplete(): boolean {
    return this.#open.size === 0;
  }

  async run(consumer: Consumer): Promise<void> {
    consumer.on(consumer.events.CRASH, ({ payload }) => this.#complete.reject(payload.error));
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#pass.topic.name], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        // kafkajs would start again after a failure; here it ends the pass.
        if (this.#isOver) return;
        await this.#handle(payload).catch((error: unknown) => this.#complete.reject(error));
      },
    });
    await this.#complete.promise;
  }

  end(): void {
    this.#isOver = true;
  }

  async #handle(payload: EachBatchPayload): Promise<void> {
    const { topic, maxBatchEntries = defaultMaxBatchEntries, onBatch, onProgress } = this.#pass;
    const { batch } = payload;
    const { partition } = batch;
    const position = this.#open.get(partition);
    if (position === undefined) return;
    // After a rebalance kafkajs begins from the start again.
    const entries = batch.messages
      .map(toEntry)
      .filter(({ offset }) => offset >= position.next && offset < position.end);
    const move = (next: number) => {
      this.#passed += Math.max(0, next - position.next);
      position.next = Math.max(position.next, next);
      onProgress?.(this.#passed, this.#total);
    };
    for (let from = 0; from < entries.length && !this.#isOver; from += maxBatchEntries) {
      const slice = entries.slice(from, from + maxBatchEntries);
      await onBatch({ topic, partition, entries: slice });
      move(slice.at(-1)!.offset + 1);
      await payload.heartbeat();
    }
    move(Math.min(position.end, Number(batch.lastOffset()) + 1));
    if (position.next >= position.end) this.#open.delete(partition);
    if (this.isComplete) this.#complete.resolve(undefined);
  }
}

/** Else the broker would keep the empty group for a week. */
async function forget(kafka: Kafka, groupId: string): Promise<void> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    await admin.deleteGroups([groupId]);
  } catch {
    // It goes by itself.
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
