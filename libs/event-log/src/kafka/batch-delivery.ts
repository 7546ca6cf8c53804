import { setTimeout as delay } from 'node:timers/promises';
import type { LogTopic } from '@emotion-fleet/contracts';
import type { ConsumerOptions, OffsetHole, StoredLogEntry } from '../event-log.ts';
import type { BackOff } from '../log-consumer.ts';
import type { EachBatchPayload, IHeaders, KafkaMessage } from './client.ts';
import type { ConsumerSession } from './consumer-session.ts';
import type { OffsetReader } from './offset-reader.ts';
import { PartitionPosition } from './partition-position.ts';

export interface BatchDeliveryOptions {
  readonly consumer: ConsumerOptions;
  readonly backOff: BackOff;
  readonly heartbeatIntervalMs: number;
  readonly offsets: OffsetReader;
  readonly onHole: (hole: OffsetHole) => void;
}

const defaultMaxBatchEntries = 2_000;
const commitAttempts = 3;
/** A stray batch is fetched again from where it should begin; twice in a row the broker is believed. */
const maxStrays = 2;

/**
 * Hands what kafkajs has fetched to `onBatch`: of a partition one batch at a time, in slices, each committed before the
 * next.
 *
 * INVARIANT: a slice begins where the last one ended, or where the group had committed when it was joined.
 * kafkajs can deliver what it fetched before a rebalance, and can set a position back by itself (#1414).
 */
export class BatchDelivery {
  readonly #options: BatchDeliveryOptions;
  readonly #positions = new Map<string, PartitionPosition>();
  #assigned: ReadonlySet<string> = new Set();
  #generation = 0;
  /** By partition, or one for all. */
  readonly #last = new Map<string, Promise<void>>();

  constructor(options: BatchDeliveryOptions) {
    this.#options = options;
  }

  /** Where a follower begins. */
  begin(topic: LogTopic, partition: number, offset: number): void {
    this.#position(keyOf(topic.name, partition)).next = offset;
  }

  /** Entries that a follower has not seen, given the partition's end. */
  behind(topic: LogTopic, partition: number, end: number): number {
    return Math.max(0, end - (this.#positions.get(keyOf(topic.name, partition))?.next ?? end));
  }

  /**
   * Nothing is fetched before it is known where each partition goes on: kafkajs would set a position that is
   * out of range back to the start and commit that, and nobody would know that entries are gone.
   */
  joined(assigned: ReadonlySet<string>, session: ConsumerSession): void {
    this.#generation += 1;
    this.#assigned = assigned;
    for (const position of this.#positions.values()) position.joinAgain({ keep: this.#follows });
    session.hold([...assigned].map(partsOf));
    void this.#release(session);
  }

  /** Rejects with what kafkajs has to know: a lost membership, a commit that failed. */
  async deliver(payload: EachBatchPayload, session: ConsumerSession): Promise<void> {
    // After a rebalance kafkajs may still work through what it had fetched, beside what it fetches anew.
    const { topic, partition } = payload.batch;
    const { partitionsAtOnce = 1 } = this.#options.consumer;
    const lane = partitionsAtOnce > 1 ? keyOf(topic, partition) : '';
    const before = this.#last.get(lane);
    const done = Promise.withResolvers<undefined>();
    this.#last.set(lane, done.promise);
    await before;
    try {
      await this.#deliver(payload, session);
    } finally {
      done.resolve(undefined);
    }
  }

  get #follows(): boolean {
    return this.#options.consumer.from === 'end';
  }

  async #deliver(payload: EachBatchPayload, session: ConsumerSession): Promise<void> {
    const { topic: name, partition, messages } = payload.batch;
    const key = keyOf(name, partition);
    const topic = this.#options.consumer.topics.find((one) => one.name === name);
    if (topic === undefined || !this.#assigned.has(key)) return;
    const position = this.#position(key);
    const waitMs = position.notBefore - performance.now();
    if (waitMs > 0) {
      session.rest(name, partition, waitMs);
      return;
    }
    const from = await this.#whereToBegin(payload, topic, session);
    if (from === undefined) return;
    const entries = messages.map(toEntry).filter((entry) => entry.offset >= from);
    const { maxBatchEntries = defaultMaxBatchEntries } = this.#options.consumer;
    const generation = this.#generation;
    for (let start = 0; start < entries.length; start += maxBatchEntries) {
      if (!payload.isRunning() || payload.isStale() || generation !== this.#generation) return;
      const slice = entries.slice(start, start + maxBatchEntries);
      const pauseMs = await this.#apply({ payload, topic, position, slice });
      if (pauseMs > 0) {
        session.rest(name, partition, pauseMs);
        return;
      }
    }
  }

  /** Resolves to the pause that the partition needs afterwards, in milliseconds. */
  async #apply({ payload, topic, position, slice }: Slice): Promise<number> {
    const { batchIntervalMs, onBatch, onError } = this.#options.consumer;
    const { partition } = payload.batch;
    const generation = this.#generation;
    const startedAt = performance.now();
    const heart = this.#beat(payload);
    try {
      await onBatch({ topic, partition, entries: slice });
    } catch (error) {
      position.failures += 1;
      const pauseMs = this.#delayMs(position.failures);
      position.notBefore = performance.now() + pauseMs;
      onError?.(error);
      return pauseMs;
    } finally {
      heart.stop();
    }
    // Somebody else may have the partition by now: what was written stands, the position is theirs.
    if (generation !== this.#generation) return 0;
    const last = slice.at(-1)!.offset;
    if (!this.#follows) await commit(payload, last + 1);
    payload.resolveOffset(String(last));
    position.advance(last + 1);
    position.notBefore = startedAt + (batchIntervalMs?.() ?? 0);
    if (heart.failure !== undefined) throw heart.failure as Error;
    return Math.max(0, position.notBefore - performance.now());
  }

  /** Undefined where the batch is not the one that has to come. */
  async #whereToBegin(
    { batch }: EachBatchPayload,
    topic: LogTopic,
    session: ConsumerSession,
  ): Promise<number | undefined> {
    const { partition } = batch;
    const key = keyOf(topic.name, partition);
    const position = this.#position(key);
    const expected = position.next;
    const first = Number(batch.messages[0]?.offset ?? 0);
    if (first === expected) return first;
    if (expected === undefined) return undefined; // Fetched before the group was joined again.
    // Compaction leaves holes that are none; `fetchedOffset` is not in the types of kafkajs.
    const fetched = Number((batch as { fetchedOffset?: unknown }).fetchedOffset ?? first);
    if (topic.compacted && fetched >= expected) return fetched;
    if (fetched !== expected && position.strays < maxStrays) {
      const ranges = await this.#options.offsets.ranges(topic).catch(() => []);
      const low = ranges[partition]?.low;
      if (low === undefined || low <= expected) {
        position.strays += 1;
        session.seek(topic.name, partition, expected);
        return undefined;
      }
    }
    this.#options.onHole({ topic: topic.name, partition, expected, found: first });
    return first;
  }

  async #release(session: ConsumerSession): Promise<void> {
    const generation = this.#generation;
    const isStale = () => generation !== this.#generation || session.over;
    for (let failures = 1; !isStale(); failures++) {
      try {
        const begins = await this.#findBegins();
        if (isStale()) return;
        for (const [key, next] of begins) {
          this.#position(key).next = next;
          session.seek(...partsOf(key), next);
        }
        session.release([...this.#assigned].map(partsOf));
        return;
      } catch (error) {
        this.#options.consumer.onError?.(error);
        await delay(this.#delayMs(failures));
      }
    }
  }

  async #findBegins(): Promise<Map<string, number>> {
    const { groupId, topics } = this.#options.consumer;
    const { offsets, onHole } = this.#options;
    const begins = new Map<string, number>();
    for (const topic of topics) {
      const committed = this.#follows ? [] : await offsets.committed(groupId, topic);
      for (const [partition, { low, high }] of (await offsets.ranges(topic)).entries()) {
        const key = keyOf(topic.name, partition);
        if (!this.#assigned.has(key)) continue;
        const start = this.#follows ? high : low;
        const expected = this.#position(key).next ?? committed[partition] ?? start;
        const found = expected > high ? start : Math.max(low, expected);
        if (found !== expected) onHole({ topic: topic.name, partition, expected, found });
        begins.set(key, found);
      }
    }
    return begins;
  }

  #position(key: string): PartitionPosition {
    let position = this.#positions.get(key);
    if (position === undefined) this.#positions.set(key, (position = new PartitionPosition()));
    return position;
  }

  /** Keeps the membership while a batch takes long. */
  #beat(payload: EachBatchPayload): { failure: unknown; stop(): void } {
    const heart = { failure: undefined as unknown, stop: () => clearInterval(timer) };
    const timer = setInterval(() => {
      payload.heartbeat().catch((error: unknown) => (heart.failure ??= error));
    }, this.#options.heartbeatIntervalMs);
    return heart;
  }

  #delayMs(failures: number): number {
    const { firstMs, maxMs } = this.#options.backOff;
    return Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20));
  }
}

interface Slice {
  readonly payload: EachBatchPayload;
  readonly topic: LogTopic;
  readonly position: PartitionPosition;
  readonly slice: readonly StoredLogEntry[];
}

/**
 * The way over the payload also works while the consumer stops; `consumer.commitOffsets` then resolves without
 * having committed anything.
 */
async function commit(payload: EachBatchPayload, next: number): Promise<void> {
  const { topic, partition } = payload.batch;
  const partitions = [{ partition, offset: String(next) }];
  for (let attempt = 1; ; attempt++) {
    try {
      await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
      return;
    } catch (error) {
      const { retriable } = error as { retriable?: boolean };
      if (attempt === commitAttempts || retriable !== true) throw error;
    }
  }
}

export function toEntry({ key, value, headers, offset }: KafkaMessage): StoredLogEntry {
  return {
    key: key?.toString() ?? '',
    value,
    offset: Number(offset),
    ...(headers !== undefined &&
      Object.keys(headers).length > 0 && { headers: textHeaders(headers) }),
  };
}

function textHeaders(headers: IHeaders): Record<string, string> {
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]);
  return Object.fromEntries(texts) as Record<string, string>;
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${String(partition)}`;
}

function partsOf(key: string): [topic: string, partition: number] {
  const slash = key.lastIndexOf('/');
  return [key.slice(0, slash), Number(key.slice(slash + 1))];
}
