import type { LogTopic } from '@emotion-fleet/contracts';
import { CodedError, type HopHealth } from '@emotion-fleet/service';

export interface LogEntry {
  /** Entries of one key keep their order and share a partition. */
  readonly key: string;
  /** Null is a tombstone in a compacted topic. */
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StoredLogEntry extends LogEntry {
  /** Position in the partition: grows by at least one, never repeats. */
  readonly offset: number;
}

/** Entries of one partition in order of their offsets; never empty. */
export interface PartitionBatch {
  readonly topic: LogTopic;
  readonly partition: number;
  readonly entries: readonly StoredLogEntry[];
}

/** Entries that are gone although the group had not read them, or a position that is none any more. */
export interface OffsetHole {
  readonly topic: string;
  readonly partition: number;
  /** Where the group should have gone on. */
  readonly expected: number;
  /** Where it goes on. Below `expected`: the log was cut or made anew, and entries may come again. */
  readonly found: number;
}

export interface ConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly LogTopic[];
  /** Where a group without a committed offset begins. `end` groups commit nothing: they follow. */
  readonly from: 'start' | 'end';
  /** At most this many entries at once (default 2,000). */
  readonly maxBatchEntries?: number;
  /**
   * Partitions whose batches may be in hand at the same time (default 1); of one partition it is always one batch.
   * A log that has one reader alone may take them one by one.
   */
  readonly partitionsAtOnce?: number;
  /** Least time between two batches of a partition; entries gather meanwhile. Asked before each wait. */
  readonly batchIntervalMs?: () => number;
  /**
   * Resolves when everything in the batch is durably applied; only then is its offset committed. If it
   * rejects, nothing is committed, `onError` is told, and after a back-off the same entries come again.
   */
  readonly onBatch: (batch: PartitionBatch) => Promise<void>;
  /** The group was joined (again): other instances may have worked meanwhile, so caches are worthless. */
  readonly onAssigned?: () => void;
  readonly onError?: (error: unknown) => void;
  /** The consumer goes on behind it; told once, unless the group is joined again before anything is committed. */
  readonly onHole?: (hole: OffsetHole) => void;
}

export interface EventConsumer {
  start(): Promise<void>;
  /** Waits for the batch in hand and commits it. */
  stop(): Promise<void>;
  /** Entries not yet committed by this group, over all partitions. */
  lag(): Promise<number>;
}

/** One reading of everything, outside of any group. */
export interface LogPass {
  readonly topic: LogTopic;
  /** At most this many entries at once (default 2,000). */
  readonly maxBatchEntries?: number;
  /** What it rejects with ends the pass. */
  readonly onBatch: (batch: PartitionBatch) => Promise<void>;
  /** After each batch: how far of all that there was at the call. */
  readonly onProgress?: (passed: number, total: number) => void;
}

/** Durable, partitioned, ordered log. Acked means durable. */
export interface EventLog {
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Resolves once all entries are durable (Kafka `acks=all`; SQLite commit with `synchronous=FULL`), all or
   * none in order of the array per key.
   * @throws EventLogError `unavailable` (down, or the queue's bytes are full), `timeout`, `stopped`
   */
  append(topic: LogTopic, entries: readonly LogEntry[]): Promise<void>;
  createConsumer(options: ConsumerOptions): EventConsumer;
  /**
   * Hands over what the topic holds at the call, from the oldest entry that is still there: each partition in
   * order, one batch at a time. Commits nothing, and holds back no retention.
   */
  readThrough(pass: LogPass): Promise<void>;
  /** Latest value of each key of a compacted topic. */
  readCompacted(topic: LogTopic): Promise<ReadonlyMap<string, Uint8Array>>;
  /** `down` while appends can't succeed: the gateway then refuses CONNECT. */
  health(): HopHealth;
}

export type EventLogErrorCode = 'unavailable' | 'timeout' | 'stopped' | 'corrupt' | 'locked';

export class EventLogError extends CodedError<EventLogErrorCode> {
  override readonly name = 'EventLogError';
}
