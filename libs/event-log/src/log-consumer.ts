import type { LogTopic } from '@emotion-fleet/contracts';
import type { ConsumerOptions, EventConsumer } from './event-log.ts';
import type { PartitionSource } from './partition-source.ts';
import { Signal } from './signal.ts';

export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

interface AssignedPartition {
  readonly topic: LogTopic;
  readonly partition: number;
  /** First offset not yet applied. */
  next: number;
  /** Not before this time (`performance.now()`) is the partition read again. */
  notBefore: number;
  failures: number;
}

const defaultMaxBatchEntries = 2_000;

/**
 * Consumer loop over a log of this process. One batch at a time, partitions in turn; a partition whose batch
 * was rejected waits on its own while the others go on.
 */
export class LogConsumer implements EventConsumer {
  readonly #source: PartitionSource;
  readonly #options: ConsumerOptions;
  readonly #backOff: BackOff;
  readonly #wake = new Signal();
  readonly #releases: (() => void)[] = [];
  #assigned: AssignedPartition[] = [];
  #turn = 0;
  #running = false;
  #loop: Promise<void> | undefined;

  constructor(source: PartitionSource, options: ConsumerOptions, backOff: BackOff) {
    this.#source = source;
    this.#options = options;
    this.#backOff = backOff;
  }

  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#releases.push(this.#source.onAppend(() => this.#wake.raise()));
    try {
      if (this.#options.from === 'end') this.#follow();
      else await this.#joinGroup();
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#options.onAssigned?.();
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#wake.raise();
    await this.#loop;
    for (const release of this.#releases.splice(0).reverse()) release();
    this.#assigned = [];
  }

  async lag(): Promise<number> {
    if (this.#options.from === 'end') {
      return sum(this.#assigned.map((one) => this.#end(one) - one.next));
    }
    const lags = this.#options.topics.map(async (topic) => {
      const positions = await this.#source.positions(this.#options.groupId, topic);
      return sum(positions.map((next, partition) => this.#end({ topic, partition }) - next));
    });
    return sum(await Promise.all(lags));
  }

  #end({ topic, partition }: Pick<AssignedPartition, 'topic' | 'partition'>): number {
    return this.#source.end(topic, partition);
  }

  #follow(): void {
    for (const topic of this.#options.topics) {
      const ends = Array.from({ length: topic.partitions }, (_, partition) =>
        this.#source.end(topic, partition),
      );
      this.#assign(topic, ends);
    }
  }

  async #joinGroup(): Promise<void> {
    const { groupId, topics } = this.#options;
    const joined: Promise<void>[] = [];
    let starting = true;
    for (const topic of topics) {
      const leave = this.#source.claims.join(groupId, topic.name, () => {
        if (starting) joined.push(this.#join(topic));
        else void this.#takeOver(topic);
      });
      this.#releases.push(leave);
    }
    starting = false;
    await Promise.all(joined);
  }

  async #join(topic: LogTopic): Promise<void> {
    this.#assign(topic, await this.#source.join(this.#options.groupId, topic));
  }

  #assign(topic: LogTopic, positions: readonly number[]): void {
    positions.forEach((position, partition) => {
      const one = { topic, partition, next: position, notBefore: 0, failures: 0 };
      if (position > this.#end(one)) this.#jump(one, 0);
      this.#assigned.push(one);
    });
  }

  /** The member ahead has left; it may have worked since this one started. */
  async #takeOver(topic: LogTopic): Promise<void> {
    const pause = new Signal();
    for (let failures = 1; this.#running; failures++) {
      try {
        await this.#join(topic);
        this.#options.onAssigned?.();
        this.#wake.raise();
        return;
      } catch (error) {
        this.#options.onError?.(error);
        await pause.wait(this.#delayMs(failures));
      }
    }
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const now = performance.now();
      const waiting = this.#assigned.filter((one) => one.next < this.#end(one));
      const ready = waiting.filter((one) => one.notBefore <= now);
      if (ready.length > 0) await this.#deliver(ready[this.#turn++ % ready.length]!);
      else await this.#wake.wait(Math.min(...waiting.map((one) => one.notBefore)) - now);
    }
  }

  async #deliver(one: AssignedPartition): Promise<void> {
    const { topic, partition, next: from } = one;
    const { maxBatchEntries = defaultMaxBatchEntries, batchIntervalMs, onBatch } = this.#options;
    const startedAt = performance.now();
    try {
      const { entries, next } = await this.#source.read({
        topic,
        partition,
        from,
        maxEntries: maxBatchEntries,
      });
      const first = entries[0]?.offset ?? next;
      if (first > from && !topic.compacted) this.#jump(one, first);
      if (entries.length > 0) await onBatch({ topic, partition, entries });
      await this.#commit(one, next);
      one.next = next;
      one.failures = 0;
      one.notBefore = startedAt + (batchIntervalMs?.() ?? 0);
    } catch (error) {
      one.failures += 1;
      one.notBefore = performance.now() + this.#delayMs(one.failures);
      this.#options.onError?.(error);
    }
  }

  #jump(one: AssignedPartition, found: number): void {
    const { topic, partition, next: expected } = one;
    one.next = found;
    this.#options.onHole?.({ topic: topic.name, partition, expected, found });
  }

  async #commit({ topic, partition }: AssignedPartition, next: number): Promise<void> {
    const { groupId, from } = this.#options;
    if (from === 'end') return;
    await this.#source.commit({ groupId, topic, partition, next });
  }

  #delayMs(failures: number): number {
    const { firstMs, maxMs } = this.#backOff;
    return Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
