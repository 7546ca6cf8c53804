import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LogTopic, LogTopicName } from '@emotion-fleet/contracts';
import { OperatorError, type HopHealth } from '@emotion-fleet/service';
import {
  EventLogError,
  type ConsumerOptions,
  type EventConsumer,
  type EventLog,
  type LogEntry,
  type LogPass,
} from './event-log.ts';
import { GroupClaims } from './group-claims.ts';
import { LogConsumer, type BackOff } from './log-consumer.ts';
import type {
  GroupPosition,
  PartitionRead,
  PartitionSlice,
  PartitionSource,
} from './partition-source.ts';
import { passThroughSource } from './source-pass.ts';
import { GroupCommit } from './sqlite/group-commit.ts';
import { entrySize, packEntries, unpackEntries } from './sqlite/packing.ts';
import type { PartitionEnd, WriteOperation } from './sqlite/protocol.ts';
import type { RetentionLimits } from './sqlite/retention.ts';
import {
  startLogWorker,
  WorkerClient,
  WorkerFault,
  type WorkerFactory,
} from './sqlite/worker-client.ts';

export interface SqliteEventLogOptions {
  /** The database file; its folder is made. */
  readonly file: string;
  readonly clock?: { now(): number };
  /** Bytes that may wait for the disk before `append` refuses (default 64 MiB). */
  readonly maxQueueBytes?: number;
  /** Bytes after which a transaction takes no more appends (default 4 MiB). */
  readonly maxTransactionBytes?: number;
  /** Default: 2 days, 1 GiB, hard limit 4 GiB. */
  readonly retention?: Partial<RetentionLimits>;
  readonly retentionIntervalMs?: number;
  /** A transaction that takes longer makes the log `down` until it ends (default 5 s). */
  readonly stuckAfterMs?: number;
  /** Pause before the thread is started again or the disk is tried again (default 1 s). */
  readonly recoveryIntervalMs?: number;
  /** Pauses of a consumer whose batch was rejected. */
  readonly backOff?: BackOff;
  /** Starts the thread that owns the file; tests end it from outside. */
  readonly makeWorker?: WorkerFactory;
}

const defaults = {
  clock: { now: () => Date.now() },
  maxQueueBytes: 64 * 1024 * 1024,
  maxTransactionBytes: 4 * 1024 * 1024,
  retentionIntervalMs: 10_000,
  stuckAfterMs: 5_000,
  recoveryIntervalMs: 1_000,
  backOff: { firstMs: 200, maxMs: 10_000 },
  makeWorker: startLogWorker,
};
const defaultRetention: RetentionLimits = {
  maxAgeMs: 2 * 24 * 3_600_000,
  maxBytes: 1024 ** 3,
  hardMaxBytes: 4 * 1024 ** 3,
};

/**
 * The log in one SQLite file, owned by a thread of its own and by one process at a time. An append resolves
 * after the commit with `synchronous=FULL`.
 */
export class SqliteEventLog implements EventLog, PartitionSource {
  readonly claims = new GroupClaims();
  readonly #options: SqliteEventLogOptions & typeof defaults;
  readonly #retention: RetentionLimits;
  readonly #worker: WorkerClient;
  readonly #commits: GroupCommit;
  readonly #ends = new Map<LogTopicName, number[]>();
  readonly #listeners = new Set<() => void>();
  #running = false;
  #fault: string | undefined;
  #liveBytes = 0;
  #retentionTimer: NodeJS.Timeout | undefined;
  #recoveryTimer: NodeJS.Timeout | undefined;

  constructor(options: SqliteEventLogOptions) {
    this.#options = { ...defaults, ...options };
    this.#retention = { ...defaultRetention, ...options.retention };
    this.#worker = new WorkerClient({
      file: options.file,
      makeWorker: this.#options.makeWorker,
      onExit: () => {
        if (this.#running) this.#fail('the log thread has ended');
      },
    });
    const { maxQueueBytes, maxTransactionBytes } = this.#options;
    this.#commits = new GroupCommit({
      maxQueueBytes,
      maxTransactionBytes,
      write: (operations, values) => this.#write(operations, values),
    });
  }

  /** @throws OperatorError `locked` (another process has the file), `unwritable`, `corrupt` */
  async start(): Promise<void> {
    const { file, retentionIntervalMs } = this.#options;
    try {
      mkdirSync(dirname(file), { recursive: true });
    } catch (error) {
      throw operatorError('unwritable', file, error);
    }
    this.#worker.start();
    try {
      this.#noteEnds(await this.#worker.request({ kind: 'ends' }));
    } catch (error) {
      await this.#worker.stop();
      throw error instanceof WorkerFault ? operatorError(error.fault.code, file, error) : error;
    }
    this.#running = true;
    this.#fault = undefined;
    this.#retentionTimer = setInterval(() => {
      this.enforceRetention().catch(() => undefined); // The next append tells what is wrong.
    }, retentionIntervalMs);
  }

  /** Finishes what was accepted. Consumers are stopped first, by whoever made them. */
  async stop(): Promise<void> {
    this.#running = false;
    clearInterval(this.#retentionTimer);
    clearTimeout(this.#recoveryTimer);
    await this.#commits.idle();
    await this.#worker.stop();
  }

  async append(topic: LogTopic, entries: readonly LogEntry[]): Promise<void> {
    if (!this.#running) throw new EventLogError('stopped', 'the log has stopped');
    if (entries.length === 0) return;
    const packed = packEntries(entries);
    const bytes = packed.keys.reduce(
      (sum, key, index) =>
        sum + entrySize(key, packed.lengths[index]!, packed.headers[index] ?? null),
      0,
    );
    await this.#commits.submit({
      operation: { kind: 'append', topic: topic.name, entries: packed },
      values: entries.map((entry) => entry.value),
      bytes,
    });
  }

  createConsumer(options: ConsumerOptions): EventConsumer {
    return new LogConsumer(this, options, this.#options.backOff);
  }

  async readThrough(pass: LogPass): Promise<void> {
    await passThroughSource(this, pass);
  }

  async readCompacted(topic: LogTopic): Promise<ReadonlyMap<string, Uint8Array>> {
    const { entries, values } = await this.#worker.request({
      kind: 'readCompacted',
      topic: topic.name,
    });
    return new Map(unpackEntries(entries, values).map(({ key, value }) => [key, value!]));
  }

  health(): HopHealth {
    const figures = { queueBytes: this.#commits.bytes, liveBytes: this.#liveBytes };
    if (!this.#running) return { state: 'down', detail: 'The log has stopped.', ...figures };
    if (this.#fault !== undefined) return { state: 'down', detail: this.#fault, ...figures };
    const { writingSince } = this.#commits;
    if (
      writingSince !== undefined &&
      performance.now() - writingSince > this.#options.stuckAfterMs
    ) {
      return { state: 'down', detail: 'The disk does not answer.', ...figures };
    }
    return { state: 'ok', ...figures };
  }

  /** Deletes what is over the limits; runs by itself each `retentionIntervalMs`. Resolves to the entries deleted. */
  async enforceRetention(): Promise<number> {
    let total = 0;
    for (;;) {
      const now = this.#options.clock.now();
      const request = { kind: 'retain', limits: this.#retention, now } as const;
      const { deleted, bytes } = await this.#worker.request(request);
      this.#liveBytes = bytes;
      total += deleted;
      if (deleted === 0) return total;
    }
  }

  end(topic: LogTopic, partition: number): number {
    return this.#ends.get(topic.name)?.[partition] ?? 0;
  }

  async read({ topic, partition, from, maxEntries }: PartitionRead): Promise<PartitionSlice> {
    const request = { kind: 'read', topic: topic.name, partition, from, maxEntries } as const;
    const { entries, values, next } = await this.#worker.request(request);
    return { entries: unpackEntries(entries, values), next };
  }

  async join(groupId: string, topic: LogTopic): Promise<readonly number[]> {
    const operation = { kind: 'join', groupId, topic: topic.name } as const;
    await this.#commits.submit({ operation, values: [], bytes: 0 });
    return this.positions(groupId, topic);
  }

  async positions(groupId: string, topic: LogTopic): Promise<readonly number[]> {
    return this.#worker.request({ kind: 'positions', groupId, topic: topic.name });
  }

  async commit({ groupId, topic, partition, next }: GroupPosition): Promise<void> {
    const operation = { kind: 'commit', groupId, topic: topic.name, partition, next } as const;
    await this.#commits.submit({ operation, values: [], bytes: 0 });
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #write(
    operations: readonly WriteOperation[],
    values: Uint8Array<ArrayBuffer>,
  ): Promise<readonly PartitionEnd[]> {
    try {
      const now = this.#options.clock.now();
      const request = { kind: 'write', operations, values, now } as const;
      const ends = await this.#worker.request(request, [values.buffer]);
      this.#fault = undefined;
      this.#noteEnds(ends);
      return ends;
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #noteEnds(ends: readonly PartitionEnd[]): void {
    for (const { topic, partition, end } of ends) {
      let known = this.#ends.get(topic);
      if (known === undefined) this.#ends.set(topic, (known = []));
      known[partition] = end;
    }
    if (ends.length > 0) for (const listener of this.#listeners) listener();
  }

  /** While the log is down nobody appends, so it has to find out by itself when the disk is back. */
  #fail(reason: string): void {
    this.#fault = reason;
    if (!this.#running) return;
    clearTimeout(this.#recoveryTimer);
    this.#recoveryTimer = setTimeout(() => void this.#recover(), this.#options.recoveryIntervalMs);
  }

  async #recover(): Promise<void> {
    if (!this.#worker.running) this.#worker.start();
    const operation = { kind: 'probe' } as const;
    try {
      await this.#commits.submit({ operation, values: [], bytes: 0 });
      // A commit may have reached the disk although its answer did not reach us.
      this.#noteEnds(await this.#worker.request({ kind: 'ends' }));
    } catch {
      // A failed write has called `#fail` already, and so has the end of the thread.
    }
  }
}

function operatorError(code: string, file: string, cause: unknown): OperatorError {
  const sentences: Readonly<Record<string, string>> = {
    locked: `Another instance is using ${file}: stop it, or choose another data folder.`,
    unwritable: `${file} cannot be written: check the folder's permissions, or choose another data folder.`,
    corrupt: `${file} is damaged or is no event log: move it away, or choose another data folder.`,
  };
  const sentence = sentences[code] ?? `${file} cannot be opened: ${describe(cause)}.`;
  return new OperatorError(code, sentence, { cause });
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
