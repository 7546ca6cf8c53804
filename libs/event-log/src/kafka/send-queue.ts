import type { LogTopic } from '@emotion-fleet/contracts';
import { EventLogError, type LogEntry } from '../event-log.ts';
import { partitionOf } from '../partitioner.ts';
import type { TopicMessages } from './producer-keeper.ts';

export interface SendQueueOptions {
  /** Waiting and in flight together; beyond it `submit` refuses. */
  readonly maxInFlightBytes: number;
  /** Entries of one send. */
  readonly maxSendEntries: number;
  /** Bytes of one send; all of them may be of one partition, and a broker takes 1 MiB a batch by default. */
  readonly maxSendBytes: number;
  readonly send: (topicMessages: readonly TopicMessages[]) => Promise<void>;
}

type KeyedMessage = TopicMessages['messages'][number];

interface QueuedAppend {
  readonly topic: string;
  readonly messages: readonly KeyedMessage[];
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** What an entry takes in the log beside key, value and headers. */
const entryOverheadBytes = 16;

/**
 * While one send is in flight, appends gather; the next send takes them all. So a lone caller waits for
 * nobody, and many callers share the price of a round trip.
 *
 * INVARIANT: one send at a time, in the order of `submit`: a later one can't overtake one that is retried.
 */
export class SendQueue {
  readonly #options: SendQueueOptions;
  #queue: QueuedAppend[] = [];
  #bytes = 0;
  #sending = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws EventLogError `unavailable` while too much is in flight, and what `send` throws */
  submit(topic: LogTopic, entries: readonly LogEntry[]): Promise<void> {
    const messages = toMessages(topic, entries);
    const bytes = messages.reduce((sum, message) => sum + sizeOf(message), 0);
    if (this.#bytes > 0 && this.#bytes + bytes > this.#options.maxInFlightBytes) {
      return Promise.reject(
        new EventLogError('unavailable', 'too much is in flight: Kafka is too slow'),
      );
    }
    this.#bytes += bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ topic: topic.name, messages, bytes, resolve, reject });
      if (!this.#sending) void this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    if (this.#sending) await (this.#idle ??= Promise.withResolvers()).promise;
  }

  async #run(): Promise<void> {
    this.#sending = true;
    // Callers of the same tick belong together.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#sendGroup(this.#takeGroup());
    this.#sending = false;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #takeGroup(): QueuedAppend[] {
    const { maxSendBytes, maxSendEntries } = this.#options;
    let bytes = 0;
    let entries = 0;
    let count = 0;
    for (const append of this.#queue) {
      bytes += append.bytes;
      entries += append.messages.length;
      if (count > 0 && (bytes > maxSendBytes || entries > maxSendEntries)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #sendGroup(group: readonly QueuedAppend[]): Promise<void> {
    try {
      // More than one only for a single append that is larger than a send may be.
      for (const send of this.#split(group)) await this.#options.send(send);
      this.#release(group);
      for (const append of group) append.resolve();
    } catch (error) {
      // What waits behind it would fail the same way, only later: the wait of every caller is bounded.
      const waiting = this.#queue.splice(0);
      this.#release(group);
      this.#release(waiting);
      for (const append of group) append.reject(error);
      const reason = new EventLogError('unavailable', 'the send ahead of it failed', {
        cause: error,
      });
      for (const append of waiting) append.reject(reason);
    }
  }

  *#split(group: readonly QueuedAppend[]): Generator<TopicMessages[]> {
    const { maxSendBytes, maxSendEntries } = this.#options;
    let send = new Map<string, KeyedMessage[]>();
    let bytes = 0;
    let entries = 0;
    for (const { topic, messages } of group) {
      for (const message of messages) {
        const size = sizeOf(message);
        if (entries > 0 && (bytes + size > maxSendBytes || entries >= maxSendEntries)) {
          yield toSend(send);
          send = new Map();
          bytes = entries = 0;
        }
        const list = send.get(topic);
        if (list === undefined) send.set(topic, [message]);
        else list.push(message);
        bytes += size;
        entries += 1;
      }
    }
    if (entries > 0) yield toSend(send);
  }

  #release(group: readonly QueuedAppend[]): void {
    for (const append of group) this.#bytes -= append.bytes;
  }
}

function toSend(byTopic: ReadonlyMap<string, KeyedMessage[]>): TopicMessages[] {
  return [...byTopic].map(([topic, messages]) => ({ topic, messages }));
}

function toMessages(topic: LogTopic, entries: readonly LogEntry[]): KeyedMessage[] {
  // Whoever appends a device's batch names it with every entry.
  let last:
    { readonly key: string; readonly bytes: Buffer; readonly partition: number } | undefined;
  return entries.map(({ key, value, headers }) => {
    if (last?.key !== key) {
      last = { key, bytes: Buffer.from(key), partition: partitionOf(key, topic.partitions) };
    }
    return {
      key: last.bytes,
      value: value && asBuffer(value),
      partition: last.partition,
      ...(headers !== undefined && { headers: { ...headers } }),
    };
  });
}

/** kafkajs wants its own kind of array: a view of the same bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function sizeOf({ key, value, headers }: KeyedMessage): number {
  let bytes = entryOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  if (headers !== undefined) {
    for (const [name, text] of Object.entries(headers)) {
      bytes += name.length + String(text).length;
    }
  }
  return bytes;
}
