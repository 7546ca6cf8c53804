import type { RecordDraft, RecordSink } from '../ports.ts';
import { BatchReader, type BatchLimits, type OutboxBatch } from './batch-reader.ts';
import { mergeCoverages } from './coverage.ts';
import { DiskFault } from './disk-fault.ts';
import { OutboxError } from './errors.ts';
import { Exclusive } from './exclusive.ts';
import { encodeRecord, maxFrameBytes } from './frame.ts';
import { GapWriter } from './gap-writer.ts';
import { MemoryTail } from './memory-tail.ts';
import { outboxDefaults, type FileOutboxOptions, type OutboxStatus } from './outbox-options.ts';
import { storeDraft } from './record-text.ts';
import { oldestAgeMs } from './oldest-age.ts';
import { recover, type Recovered } from './recovery.ts';
import { Retention } from './retention.ts';
import { Run } from './run.ts';
import { RunBook } from './run-book.ts';
import { SegmentLog } from './segment-log.ts';
import { StateKeeper } from './state-keeper.ts';

const ageCheckIntervalMs = 60_000;
/** Ranges of earlier runs that a start may have to declare again; beyond it the oldest are only logged. */
const maxCoverages = 512;

/** What exists between `start` and `stop`. */
interface Parts {
  readonly book: RunBook;
  readonly gaps: GapWriter;
  readonly log: SegmentLog;
  readonly retention: Retention;
  readonly reader: BatchReader;
  /** Files of declared records and torn tails, to be dealt with once the gaps up to `afterSeq` are durable. */
  leftovers: (Pick<Recovered, 'obsolete' | 'torn'> & { readonly afterSeq: number }) | undefined;
}

/**
 * The agent's records on disk until the cloud has acked them.
 *
 * Invariants:
 * - a run's id is durable before its first record, its offset before any of its records is handed out;
 * - a record is handed out only once it is durable, and its bytes never change;
 * - a file goes only when each of its records is acked, on disk as such, or covered by a durable gap record.
 */
export class FileOutbox implements RecordSink {
  readonly #options: Required<FileOutboxOptions>;
  readonly #state: StateKeeper;
  readonly #tail: MemoryTail;
  readonly #disk: DiskFault;
  readonly #exclusive = new Exclusive();
  readonly #listeners = new Set<() => void>();
  #parts: Parts | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #running = false;
  #ageCheckedAtMs = -Infinity;
  /** Group intervals since the last flush. */
  #skipped = 0;

  constructor(options: FileOutboxOptions) {
    this.#options = { ...outboxDefaults, ...options };
    this.#state = new StateKeeper(this.#options);
    this.#disk = new DiskFault(this.#options);
    this.#tail = new MemoryTail({ maxBytes: this.#options.maxTailBytes });
  }

  /**
   * Reads what earlier runs left and puts the new run's id on disk. A full disk doesn't stop it; a folder that can't
   * be written is an `OutboxError`.
   */
  async start(): Promise<void> {
    const { files, logger, runId, flushIntervalMs } = this.#options;
    await files.open();
    const recovered = await recover({ files, state: await this.#state.read() });
    const current = new Run({ ordinal: recovered.nextOrdinal, runId });
    const parts = this.#assemble(new RunBook({ earlier: recovered.earlier, current }));
    this.#parts = parts;
    this.#running = true;
    // After a kill, what was written may not be synced yet; only what is durable may be handed out.
    for (const run of recovered.earlier) {
      const last = run.segments.at(-1);
      if (last !== undefined) await this.#disk.attempt(() => files.sync(last.name));
    }
    await this.#storeRun();
    this.#declareRecovered(recovered);
    await this.flush();
    logger.info(
      { runId, earlierRuns: recovered.earlier.length, ...this.status() },
      'outbox has started',
    );
    // What keeps the agent alive is its work, not this timer.
    this.#timer = setInterval(() => this.#flushIfDue(), flushIntervalMs).unref();
  }

  /** Gives the record its seq. Never blocks; what finds no room is lost, counted and declared. */
  append(draft: RecordDraft): void {
    const { book, gaps } = this.#running ? this.#started() : fail();
    if (this.#tail.lost !== undefined && this.#tail.hasRoomFor(this.#options.maxTailBytes / 2)) {
      gaps.declareLost();
    }
    const seq = book.allocate();
    const progress = () => book.report(seq);
    const bytes = encodeRecord(storeDraft({ draft, seq, progress }));
    const { observedAtMs } = draft;
    const fits = bytes.length <= maxFrameBytes && this.#tail.hasRoomFor(bytes.length);
    if (this.#tail.lost === undefined && fits) this.#tail.push({ seq, observedAtMs, bytes });
    else this.#tail.lose(seq, observedAtMs);
  }

  /** Makes everything appended so far durable; a disk that refuses is logged and tried again by the next flush. */
  flush(): Promise<void> {
    this.#flushing ??= this.#exclusive.run(() => {
      this.#flushing = undefined;
      return this.#flush();
    });
    return this.#flushing;
  }

  /** The next durable records in sending order, each once until `rewind`; undefined while there are none. */
  take(limits: BatchLimits): Promise<OutboxBatch | undefined> {
    return this.#exclusive.run(() => this.#started().reader.next(limits));
  }

  /** The batch is durable in the cloud. */
  ack(batch: OutboxBatch): void {
    this.#started().book.ack(batch.items);
    this.#state.noteAck();
  }

  /** `take` begins again with the oldest record that isn't acked: for a new connection. */
  rewind(): void {
    this.#started().reader.rewind();
  }

  /** Calls the listener when `take` may have something; returns how to take it off. */
  onReady(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): OutboxStatus {
    const { book, retention } = this.#started();
    return {
      records: book.waiting,
      bytes: retention.bytes + this.#tail.bytes,
      oldestAgeMs: oldestAgeMs({ book, clock: this.#options.clock, tail: this.#tail }),
      ...book.counts,
    };
  }

  /** Writes what is in memory and the ack marks, and closes the files. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    clearInterval(this.#timer);
    this.#started().gaps.declareLost();
    await this.flush();
    await this.#exclusive.run(async () => {
      await this.#disk.attempt(() => this.#state.write(this.#started().book));
      await this.#options.files.close();
    });
  }

  #flushIfDue(): void {
    this.#skipped += 1;
    if (this.#skipped < Math.round(this.#options.flushStretch())) return;
    this.#skipped = 0;
    void this.flush();
  }

  #assemble(book: RunBook): Parts {
    const { files } = this.#options;
    const log = new SegmentLog({ ...this.#options, run: book.current });
    const gaps = new GapWriter({ ...this.#options, book, tail: this.#tail });
    const retention = new Retention({ ...this.#options, book, log, gaps });
    const reader = new BatchReader({
      files,
      book,
      onDamage: (run, range) => {
        this.#options.logger.error({ runId: run.runId, ...range }, 'stored records are damaged');
        gaps.declare({ ...range, ofRunId: run.runId, reason: 'corrupt' });
      },
    });
    return { book, gaps, log, retention, reader, leftovers: undefined };
  }

  async #storeRun(): Promise<void> {
    try {
      await this.#state.writeFirst(this.#started().book);
    } catch (error) {
      if (error instanceof OutboxError) throw error;
      this.#disk.report(error);
    }
  }

  #declareRecovered({ coverages, obsolete, torn }: Recovered): void {
    const merged = mergeCoverages(coverages);
    const excess = merged.splice(0, Math.max(0, merged.length - maxCoverages));
    if (excess.length > 0) {
      this.#options.logger.error({ ranges: excess.length }, 'too many losses to declare them all');
    }
    const parts = this.#started();
    for (const coverage of merged) parts.gaps.declare(coverage);
    parts.leftovers = { obsolete, torn, afterSeq: parts.book.current.headSeq - 1 };
  }

  async #flush(): Promise<void> {
    const { book, gaps, log } = this.#started();
    const syncedBefore = book.current.syncedSeq;
    const offsetBefore = this.#state.storedOffset;
    let sound = await this.#disk.attempt(() => this.#storeChangedRun());
    sound = (await this.#disk.attempt(() => this.#keepBounds())) && sound;
    if (this.#state.isStored && this.#tail.frames.length > 0) {
      sound = (await this.#disk.attempt(() => log.write(this.#tail.frames.slice()))) && sound;
      this.#tail.dropBelow(book.current.syncedSeq);
    }
    sound = (await this.#disk.attempt(() => this.#clean())) && sound;
    if (sound) {
      this.#disk.clear();
      gaps.declareLost();
    }
    if (book.current.syncedSeq !== syncedBefore || this.#state.storedOffset !== offsetBefore) {
      for (const listener of this.#listeners) listener();
    }
  }

  /** The run's id and its offset go to disk before anything that relies on them. */
  async #storeChangedRun(): Promise<void> {
    const hasOtherOffset = await this.#state.writeChanged(this.#started().book);
    if (hasOtherOffset) this.#ageCheckedAtMs = -Infinity;
  }

  async #keepBounds(): Promise<void> {
    const { retention } = this.#started();
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#ageCheckedAtMs >= ageCheckIntervalMs) {
      this.#ageCheckedAtMs = nowMs;
      await retention.dropTooOld(nowMs, clock.offset);
    }
    await retention.makeRoom(this.#tail.bytes);
  }

  /** Ack marks first, then the files that they make superfluous. */
  async #clean(): Promise<void> {
    const parts = this.#started();
    const { files } = this.#options;
    const removable = parts.retention.removable();
    if (removable.length > 0 || this.#state.areMarksLate) await this.#state.write(parts.book);
    for (const { run, segment } of removable) {
      await files.remove(segment.name);
      run.segments.splice(run.segments.indexOf(segment), 1);
    }
    const { leftovers } = parts;
    if (leftovers === undefined || leftovers.afterSeq >= parts.book.current.syncedSeq) return;
    parts.leftovers = undefined;
    for (const name of leftovers.obsolete) await files.remove(name);
    for (const { name, goodBytes } of leftovers.torn) await files.truncate(name, goodBytes);
  }

  #started(): Parts {
    return this.#parts ?? fail();
  }
}

function fail(): never {
  throw new OutboxError('not_running', 'The outbox takes records between start and stop only.');
}
