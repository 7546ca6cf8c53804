import { EventLogError } from '../event-log.ts';
import { packValues } from './packing.ts';
import type { PartitionEnd, WriteOperation } from './protocol.ts';

export interface GroupCommitOptions {
  /** Waiting and in the transaction together; beyond it `submit` refuses. */
  readonly maxQueueBytes: number;
  /** A transaction takes no more writes once it has this many bytes. */
  readonly maxTransactionBytes: number;
  /** Makes all of them durable in one transaction, or none. */
  readonly write: (
    operations: readonly WriteOperation[],
    values: Uint8Array<ArrayBuffer>,
  ) => Promise<readonly PartitionEnd[]>;
}

export interface Write {
  readonly operation: WriteOperation;
  readonly values: readonly (Uint8Array | null)[];
  readonly bytes: number;
}

interface QueuedWrite extends Write {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * While one transaction is being synced to disk, writes gather; the next transaction takes them all. So the
 * price of a sync is shared by every caller that waits, and a lone caller waits for nobody.
 *
 * INVARIANT: writes reach the disk in the order of their `submit`, and one promise settles for each.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: QueuedWrite[] = [];
  #bytes = 0;
  #writingSince: number | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Bytes that wait for the disk. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `performance.now()` at which the running transaction began. */
  get writingSince(): number | undefined {
    return this.#writingSince;
  }

  /** @throws EventLogError `unavailable` while the queue is full */
  submit(write: Write): Promise<void> {
    if (this.#bytes > 0 && this.#bytes + write.bytes > this.#options.maxQueueBytes) {
      return Promise.reject(
        new EventLogError('unavailable', 'the queue of the log is full: the disk is too slow'),
      );
    }
    this.#bytes += write.bytes;
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...write, resolve, reject });
      if (this.#writingSince === undefined) void this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    if (this.#writingSince !== undefined) await (this.#idle ??= Promise.withResolvers()).promise;
  }

  async #run(): Promise<void> {
    this.#writingSince = performance.now();
    // Callers of the same tick belong together.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      this.#writingSince = performance.now();
      await this.#writeGroup(this.#takeGroup());
    }
    this.#writingSince = undefined;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #takeGroup(): QueuedWrite[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && bytes < this.#options.maxTransactionBytes) {
      bytes += this.#queue[count++]!.bytes;
    }
    return this.#queue.splice(0, count);
  }

  async #writeGroup(group: readonly QueuedWrite[]): Promise<void> {
    try {
      const operations = group.map((write) => write.operation);
      await this.#options.write(operations, packValues(group.flatMap((write) => write.values)));
      this.#release(group);
      for (const write of group) write.resolve();
    } catch (error) {
      this.#release(group);
      for (const write of group) write.reject(error);
    }
  }

  #release(group: readonly QueuedWrite[]): void {
    for (const write of group) this.#bytes -= write.bytes;
  }
}
