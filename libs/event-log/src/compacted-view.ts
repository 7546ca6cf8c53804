import type { LogTopic } from '@emotion-fleet/contracts';
import type { EventConsumer, EventLog } from './event-log.ts';

export interface CompactedViewOptions {
  readonly eventLog: EventLog;
  readonly topic: LogTopic;
  /** Of this process alone: each view sees everything. */
  readonly groupId: string;
  /** Each change after the start; null where the key was taken out. */
  readonly onChange?: (key: string, value: Uint8Array | null) => void;
  readonly onError?: (error: unknown) => void;
}

/**
 * The latest value of each key of a compacted topic: what stood there at the start, and from then on every change. It is
 * behind the log by as long as a consumer is.
 */
export class CompactedView {
  readonly #options: CompactedViewOptions;
  readonly #values = new Map<string, Uint8Array>();
  /** What changed while the rest was being read, and is newer than that. */
  #changed: Set<string> | undefined;
  #consumer: EventConsumer | undefined;

  constructor(options: CompactedViewOptions) {
    this.#options = options;
  }

  /** Resolves when all is known. @throws EventLogError `unavailable`, `timeout` */
  async start(): Promise<void> {
    const { eventLog, topic, groupId, onChange, onError } = this.#options;
    const changed = new Set<string>();
    this.#changed = changed;
    this.#consumer = eventLog.createConsumer({
      groupId,
      topics: [topic],
      from: 'end',
      onBatch: async ({ entries }) => {
        for (const { key, value } of entries) {
          this.#set(key, value);
          onChange?.(key, value);
        }
      },
      ...(onError !== undefined && { onError }),
    });
    // Followed first and read then: what is appended in between is seen twice rather than never.
    await this.#consumer.start();
    const latest = await eventLog.readCompacted(topic);
    for (const [key, value] of latest) if (!changed.has(key)) this.#values.set(key, value);
    this.#changed = undefined;
  }

  async stop(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    await consumer?.stop();
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key);
  }

  /** Appends to the topic; is seen here at once. @throws EventLogError */
  async put(key: string, value: Uint8Array): Promise<void> {
    const { eventLog, topic } = this.#options;
    await eventLog.append(topic, [{ key, value }]);
    this.#set(key, value);
  }

  #set(key: string, value: Uint8Array | null): void {
    this.#changed?.add(key);
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
  }
}
