import type { ClockOffset } from '../clock/clock-offset.ts';
import { OutboxError } from './errors.ts';
import type { OutboxClock } from './outbox-options.ts';
import type { OutboxFiles } from './outbox-files.ts';
import { emptyState, type OutboxState } from './outbox-state.ts';
import type { RunBook } from './run-book.ts';
import { SlotFile } from './slot-file.ts';

export interface StateKeeperOptions {
  readonly files: OutboxFiles;
  readonly clock: OutboxClock;
  /** Between two writes that only say what was acked. */
  readonly markIntervalMs: number;
}

/** Says when the outbox's state goes to disk: runs and offsets before what relies on them, ack marks in their time. */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  readonly #slots: SlotFile;
  #storedOffset: ClockOffset | undefined;
  #isStored = false;
  #areMarksDue = false;
  #markedAtMs = -Infinity;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
    this.#slots = new SlotFile({ files: options.files, name: 'state' });
  }

  /** The run is on disk: its records may follow. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** The run's offset on disk: its records may be handed out. */
  get storedOffset(): ClockOffset | undefined {
    return this.#storedOffset;
  }

  /** Acks that are not on disk yet are old enough to be written. */
  get areMarksLate(): boolean {
    const { clock, markIntervalMs } = this.#options;
    return this.#areMarksDue && clock.nowMs() - this.#markedAtMs >= markIntervalMs;
  }

  async read(): Promise<OutboxState> {
    return ((await this.#slots.read()) ?? emptyState) as OutboxState;
  }

  noteAck(): void {
    this.#areMarksDue = true;
  }

  /** True where the offset is another than before. */
  async writeChanged(book: RunBook): Promise<boolean> {
    const hasChanged = this.#options.clock.offset !== this.#storedOffset;
    if (!this.#isStored || hasChanged) await this.write(book);
    return hasChanged;
  }

  /** @throws OutboxError where the folder can't be written, for good; any other error may pass */
  async writeFirst(book: RunBook): Promise<void> {
    try {
      await this.write(book);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? '';
      if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) throw cause;
      const message = 'The outbox folder is not writable: give the agent write access to it.';
      throw new OutboxError('folder_unwritable', message, { cause });
    }
  }

  async write(book: RunBook): Promise<void> {
    const { clock } = this.#options;
    const { offset } = clock;
    this.#areMarksDue = false;
    this.#markedAtMs = clock.nowMs();
    try {
      await this.#slots.write(book.state(offset));
    } catch (error) {
      this.#areMarksDue = true;
      throw error;
    }
    this.#isStored = true;
    this.#storedOffset = offset;
    book.current.offset = offset;
  }
}
