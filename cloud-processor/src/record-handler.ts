import type { PartitionBatch } from '@emotion-fleet/event-log';
import {
  recordTime,
  type ErasureList,
  type ObservationStore,
  type RecordRow,
} from '@emotion-fleet/observation-store';
import { CodedError } from '@emotion-fleet/service';
import { decodeBatch, isRecordRow, logTimeOf, type BadEntry } from './decode-batch.ts';
import {
  LedgerTracker,
  type LedgerCacheLimits,
  type LedgerCounts,
} from './ledger/ledger-tracker.ts';
import type { SiteDirectory } from './scopes/site-directory.ts';
import { ScopeWindows, type ScopeCacheLimits } from './scopes/scope-windows.ts';
import { DeviceWindows, type WindowCacheLimits } from './windows/device-windows.ts';
import { isTooLate } from './windows/minute-sums.ts';

/** Bounds of what is remembered of each log partition. */
export type CacheLimits = WindowCacheLimits & ScopeCacheLimits & LedgerCacheLimits;

/** Enough for the partitions of ten thousand cameras, at the turn of an hour and of a day. */
export const defaultCacheLimits: CacheLimits = {
  idleMs: 5 * 60_000,
  hours: 3_000,
  minutes: 20_000,
  keys: 400_000,
  scopeHours: 20_000,
  scopeDays: 4_000,
  runs: 3_000,
  ledgerBlocks: 6_000,
};

export interface RecordHandlerOptions {
  readonly store: ObservationStore;
  readonly sites: SiteDirectory;
  /** Records that arrive later than this after their time don't change windows any more. */
  readonly sealAfterMs: number;
  readonly limits: CacheLimits;
  /** The windows are reserved by whoever made this handler; others wait until they are free. */
  readonly hasReservation?: boolean;
  /** Epoch ms, whole hour: windows before it are left as they are. Raw rows and ledger take everything. */
  readonly windowsFrom?: number;
}

/** Why a batch must wait, although nothing is wrong: the log delivers it again. */
export class BatchPostponed extends CodedError<'windows_reserved' | 'epoch_changed'> {
  override readonly name = 'BatchPostponed';
}

/** What became of a batch's entries; every entry is in one of `ledger`'s first four, in `erased` or in `bad`. */
export interface AppliedBatch {
  readonly ledger: Readonly<LedgerCounts>;
  readonly bad: readonly BadEntry[];
  /** Of devices that are erased: nothing of them was looked at. */
  readonly erased: number;
  /** Among the records, new and repeated: raw rows and ledger have them, windows only count them. */
  readonly tooLate: number;
}

interface PartitionState {
  readonly windows: DeviceWindows;
  readonly scopes: ScopeWindows;
  readonly ledger: LedgerTracker;
}

/**
 * Applies batches of `face-emotions` to the store.
 *
 * INVARIANTS
 * - When `apply` resolves, everything in the batch is durable: the offset may be committed.
 * - Every write is absolute and carries the batch's last offset as its version, so that the same entries may
 *   be applied again, cut differently, by anyone, after a stop at any point.
 * - What is remembered of a partition is thrown away whenever a batch of it fails, and of all with a new epoch.
 * - A batch that ends in another epoch than it began in is not done, although all is written: whoever began the
 *   epoch may have read the raw rows before they were there, and what was computed here loses against what was
 *   computed there. It comes again.
 */
export class RecordHandler {
  readonly #options: RecordHandlerOptions;
  #partitions = new Map<number, PartitionState>();
  #epoch: number | undefined;

  constructor(options: RecordHandlerOptions) {
    this.#options = options;
  }

  /** Others may have worked on the partitions meanwhile. A batch in hand ends on what it holds. */
  dropCaches(): void {
    this.#partitions = new Map();
  }

  /** @throws BatchPostponed */
  async apply(batch: PartitionBatch): Promise<AppliedBatch> {
    const { store } = this.#options;
    const { epoch, erasures } = await this.#admit();
    const partitions = this.#partitions;
    let state = partitions.get(batch.partition);
    if (state === undefined) partitions.set(batch.partition, (state = this.#newState()));
    try {
      const applied = await this.#applyTo(state, batch, { epoch, erasures });
      if ((await store.refresh()).epoch === epoch) return applied;
      throw new BatchPostponed('epoch_changed', 'A new epoch began while the batch was applied.');
    } catch (error) {
      partitions.delete(batch.partition);
      throw error;
    }
  }

  /** What holds for the batch. */
  async #admit(): Promise<{ epoch: number; erasures: ErasureList }> {
    const { store, hasReservation = false } = this.#options;
    const { epoch, isReserved, erasures } = await store.refresh();
    if (isReserved && !hasReservation) {
      const sentence = 'A replay, a rebuild or an erasure is under way; records wait in the log.';
      throw new BatchPostponed('windows_reserved', sentence);
    }
    if (epoch !== this.#epoch) this.dropCaches();
    this.#epoch = epoch;
    return { epoch, erasures };
  }

  async #applyTo(
    state: PartitionState,
    batch: PartitionBatch,
    { epoch, erasures }: { epoch: number; erasures: ErasureList },
  ): Promise<AppliedBatch> {
    const { store, sealAfterMs, windowsFrom = -Infinity } = this.#options;
    const decoded = decodeBatch(batch.entries);
    const mark = {
      version: epoch + batch.entries.at(-1)!.offset,
      logPartition: batch.partition,
      logTime: logTimeOf(decoded.logged),
    };
    // Of a device that is erased for some hours the ledger goes on: the records did arrive.
    const logged = erasures.keepLedger(decoded.logged);
    const records = erasures.keepRecords(logged.filter(isRecordRow));
    await store.putRecords(records);

    const open = records.filter(({ record }) => recordTime(record) >= windowsFrom);
    const windows = await state.windows.apply(open, mark);
    const scopes = await state.scopes.apply(windows.hours, mark);
    const ledger = await state.ledger.apply(logged, mark);

    // Nothing of this is read back, each row stands for itself: together they share the cost of being durable.
    await allDone([
      store.putMinutes(windows.minutes),
      store.putHours(windows.hours),
      store.putDays(windows.days),
      store.putScopeHours(scopes.hours),
      store.putScopeDays(scopes.days),
      store.putGrids(windows.grids),
      store.putLedgerRuns(ledger.runs),
      store.putLedgerBlocks(ledger.blocks),
    ]);
    return {
      ledger: ledger.counts,
      bad: decoded.bad,
      erased: decoded.logged.length - logged.length,
      tooLate: countTooLate(records, sealAfterMs),
    };
  }

  #newState(): PartitionState {
    const { store, sites, sealAfterMs, limits } = this.#options;
    return {
      windows: new DeviceWindows({ store, sealAfterMs, limits }),
      scopes: new ScopeWindows({ store, sites, limits }),
      ledger: new LedgerTracker({ store, limits }),
    };
  }
}

/** Waits for all, also after a failure, so that nothing goes on behind a caller that has been told of it. */
export async function allDone(writes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(writes);
  await Promise.all(writes);
}

function countTooLate(records: readonly RecordRow[], sealAfterMs: number): number {
  return records.filter((row) => isTooLate(row, sealAfterMs)).length;
}
