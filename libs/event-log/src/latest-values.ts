import type { LogTopic } from '@emotion-fleet/contracts';
import type { EventConsumer, EventLog, StoredLogEntry } from './event-log.ts';

export interface LatestValuesOptions<Value> {
  readonly eventLog: Pick<EventLog, 'createConsumer' | 'readThrough'>;
  /** A compacted one. */
  readonly topic: LogTopic;
  /** Names the consumer group of the follower. */
  readonly groupId: string;
  /** Undefined where the bytes are no such value: they are passed over, and what was known of the key stays. */
  readonly decode: (value: Uint8Array, key: string) => Value | undefined;
  /** After `start`: each change, in the order of the log; not those that were overtaken before. Undefined: removed. */
  readonly onChange?: (key: string, value: Value | undefined) => void;
  /** Told once of each entry that `decode` did not know. */
  readonly onUnknown?: (key: string) => void;
  readonly onError?: (error: unknown) => void;
}

interface Known<Value> {
  readonly offset: number;
  readonly value: Value | undefined;
}

/**
 * Latest value of each key of a compacted topic, as of now.
 *
 * INVARIANT: it follows from the end before it reads what is there, so that no entry falls between the two; the
 * offset decides which of two is the newer one.
 */
export class LatestValues<Value> {
  readonly #options: LatestValuesOptions<Value>;
  readonly #known = new Map<string, Known<Value>>();
  #consumer: EventConsumer | undefined;
  #isComplete = false;

  constructor(options: LatestValuesOptions<Value>) {
    this.#options = options;
  }

  /** Resolves once everything is known that the topic held at the call. @throws EventLogError */
  async start(): Promise<void> {
    const { eventLog, topic, groupId, onError } = this.#options;
    this.#known.clear();
    this.#consumer = eventLog.createConsumer({
      groupId,
      topics: [topic],
      from: 'end',
      onBatch: async ({ entries }) => this.#take(entries),
      ...(onError !== undefined && { onError }),
    });
    try {
      await this.#consumer.start();
      await eventLog.readThrough({ topic, onBatch: async ({ entries }) => this.#take(entries) });
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#isComplete = true;
    // Removals had to be remembered until here only: what was read could have brought older values back.
    for (const [key, { value }] of this.#known) if (value === undefined) this.#known.delete(key);
  }

  /** What is known stays readable. */
  async stop(): Promise<void> {
    await this.#consumer?.stop();
    this.#consumer = undefined;
    this.#isComplete = false;
  }

  get(key: string): Value | undefined {
    return this.#known.get(key)?.value;
  }

  #take(entries: readonly StoredLogEntry[]): void {
    const { decode, onChange, onUnknown } = this.#options;
    for (const { key, value: bytes, offset } of entries) {
      const known = this.#known.get(key);
      if (known !== undefined && known.offset >= offset) continue;
      const value = bytes === null ? undefined : decode(bytes, key);
      if (bytes !== null && value === undefined) {
        onUnknown?.(key);
        continue;
      }
      if (value === undefined && this.#isComplete) this.#known.delete(key);
      else this.#known.set(key, { offset, value });
      if (this.#isComplete) onChange?.(key, value);
    }
  }
}
