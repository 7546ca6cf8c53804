import type { LogTopic } from '@emotion-fleet/contracts';
import type { HopHealth } from '@emotion-fleet/service';
import {
  EventLogError,
  type ConsumerOptions,
  type EventConsumer,
  type EventLog,
  type LogEntry,
  type LogPass,
  type StoredLogEntry,
} from './event-log.ts';
import { GroupClaims } from './group-claims.ts';
import { LogConsumer, type BackOff } from './log-consumer.ts';
import { partitionOf } from './partitioner.ts';
import type {
  GroupPosition,
  PartitionRead,
  PartitionSlice,
  PartitionSource,
} from './partition-source.ts';
import { passThroughSource } from './source-pass.ts';

export interface MemoryEventLogOptions {
  readonly backOff?: BackOff;
}

interface Partition {
  entries: StoredLogEntry[];
  end: number;
}

/**
 * The fake: everything is lost with the process. Tests hold appends up (`hold`, `release`) or make them fail
 * (`failWith`), or entries vanish (`loseBefore`). What it stores is a copy, so that a caller may reuse its buffers.
 */
export class MemoryEventLog implements EventLog, PartitionSource {
  readonly claims = new GroupClaims();
  readonly #backOff: BackOff;
  readonly #partitions = new Map<string, Partition>();
  readonly #positions = new Map<string, number[]>();
  readonly #listeners = new Set<() => void>();
  #running = false;
  #failure: EventLogError | undefined;
  #gate: PromiseWithResolvers<void> | undefined;

  constructor({ backOff = { firstMs: 5, maxMs: 50 } }: MemoryEventLogOptions = {}) {
    this.#backOff = backOff;
  }

  async start(): Promise<void> {
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.release();
  }

  async append(topic: LogTopic, entries: readonly LogEntry[]): Promise<void> {
    const copies = entries.map((entry) => ({ ...entry, value: entry.value?.slice() ?? null }));
    while (this.#gate !== undefined) await this.#gate.promise;
    if (!this.#running) throw new EventLogError('stopped', 'the log has stopped');
    if (this.#failure !== undefined) throw this.#failure;
    for (const copy of copies) this.#store(topic, copy);
    for (const listener of this.#listeners) listener();
  }

  createConsumer(options: ConsumerOptions): EventConsumer {
    return new LogConsumer(this, options, this.#backOff);
  }

  async readThrough(pass: LogPass): Promise<void> {
    await passThroughSource(this, pass);
  }

  async readCompacted(topic: LogTopic): Promise<ReadonlyMap<string, Uint8Array>> {
    const latest = new Map<string, Uint8Array>();
    for (const { key, value } of this.entries(topic)) {
      if (value === null) latest.delete(key);
      else latest.set(key, value);
    }
    return latest;
  }

  health(): HopHealth {
    if (!this.#running) return { state: 'down', detail: 'the log has stopped' };
    return this.#failure === undefined
      ? { state: 'ok' }
      : { state: 'down', detail: this.#failure.message };
  }

  /** Appends wait from now on, neither stored nor refused. */
  hold(): void {
    this.#gate ??= Promise.withResolvers();
  }

  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Appends fail with this from now on, and health is down; undefined ends it. */
  failWith(failure: EventLogError | undefined): void {
    this.#failure = failure;
  }

  /** As a retention that was faster than the readers. */
  loseBefore(topic: LogTopic, partition: number, offset: number): void {
    const found = this.#partition(topic, partition);
    found.entries = found.entries.filter((entry) => entry.offset >= offset);
  }

  /** Everything that stands in a topic, partition by partition. */
  entries(topic: LogTopic): StoredLogEntry[] {
    return Array.from({ length: topic.partitions }, (_, partition) =>
      this.#partition(topic, partition),
    ).flatMap((partition) => partition.entries);
  }

  end(topic: LogTopic, partition: number): number {
    return this.#partition(topic, partition).end;
  }

  async read({ topic, partition, from, maxEntries }: PartitionRead): Promise<PartitionSlice> {
    const { entries, end } = this.#partition(topic, partition);
    const first = entries.findIndex((entry) => entry.offset >= from);
    const slice = first < 0 ? [] : entries.slice(first, first + maxEntries);
    const last = slice.at(-1);
    return { entries: slice, next: last === undefined ? end : last.offset + 1 };
  }

  async join(groupId: string, topic: LogTopic): Promise<readonly number[]> {
    return [...this.#groupPositions(groupId, topic)];
  }

  async positions(groupId: string, topic: LogTopic): Promise<readonly number[]> {
    return [...this.#groupPositions(groupId, topic)];
  }

  async commit({ groupId, topic, partition, next }: GroupPosition): Promise<void> {
    this.#groupPositions(groupId, topic)[partition] = next;
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #store(topic: LogTopic, entry: LogEntry): void {
    const partition = this.#partition(topic, partitionOf(entry.key, topic.partitions));
    if (topic.compacted) {
      partition.entries = partition.entries.filter((older) => older.key !== entry.key);
    }
    partition.entries.push({ ...entry, offset: partition.end++ });
  }

  #partition(topic: LogTopic, partition: number): Partition {
    const name = `${topic.name}/${partition}`;
    let found = this.#partitions.get(name);
    if (found === undefined) this.#partitions.set(name, (found = { entries: [], end: 0 }));
    return found;
  }

  #groupPositions(groupId: string, topic: LogTopic): number[] {
    const name = `${topic.name}/${groupId}`;
    let found = this.#positions.get(name);
    if (found === undefined) {
      this.#positions.set(name, (found = new Array<number>(topic.partitions).fill(0)));
    }
    return found;
  }
}
