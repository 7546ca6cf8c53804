import { ledgerBlockSeqs, type GapRecord, type LoggedRecord } from '@emotion-fleet/contracts';
import type {
  BlockRange,
  LedgerBlockRow,
  LedgerRunRow,
  ObservationStore,
} from '@emotion-fleet/observation-store';
import { isMarker } from '../decode-batch.ts';
import { LruMap } from '../lru-map.ts';
import { mapLimited } from '../map-limited.ts';
import type { BatchMark } from '../windows/device-windows.ts';
import { BlockState } from './block-state.ts';
import { blockPartsOf, isBelievableGap } from './gaps.ts';
import { heardRuns } from './heard-runs.ts';
import { RunState } from './run-state.ts';

export interface LedgerTrackerOptions {
  readonly store: ObservationStore;
  readonly limits: LedgerCacheLimits;
}

/** Bounds of the caches of one log partition; see `WindowCacheLimits`. */
export interface LedgerCacheLimits {
  readonly idleMs: number;
  /** Devices, and runs. */
  readonly runs: number;
  /** Over all runs. */
  readonly ledgerBlocks: number;
}

export interface LedgerCounts {
  /** Records seen for the first time, and again. */
  stored: number;
  duplicates: number;
  markers: number;
  duplicateMarkers: number;
  /** See `isBelievableGap`. */
  oversizedGaps: number;
}

export interface LedgerChange {
  readonly blocks: readonly LedgerBlockRow[];
  readonly runs: readonly LedgerRunRow[];
  readonly counts: Readonly<LedgerCounts>;
}

/** Blocks of one run that are in memory, by number. */
type RunBlocks = Map<number, BlockState>;

interface Touched {
  readonly blocks: Map<string, { deviceId: string; runId: string; numbers: Set<number> }>;
  readonly devices: Set<string>;
}

const parallelReads = 16;
const blocksKeptPerRun = 4;
const blockOf = (seq: number): number => Math.floor(seq / ledgerBlockSeqs);
const runKey = (deviceId: string, runId: string): string => `${deviceId}/${runId}`;

/** The ledger of the devices of one log partition. */
export class LedgerTracker {
  readonly #options: LedgerTrackerOptions;
  readonly #blocks = new LruMap<string, RunBlocks>();
  readonly #runs = new LruMap<string, Map<string, RunState>>();

  constructor(options: LedgerTrackerOptions) {
    this.#options = options;
  }

  /** Enters records and markers in the order of the log; gives every touched row. */
  async apply(
    logged: readonly LoggedRecord[],
    { version, logTime }: Pick<BatchMark, 'version' | 'logTime'>,
  ): Promise<LedgerChange> {
    this.#blocks.advance(logTime);
    this.#runs.advance(logTime);
    const touched = touchedBy(logged);
    await Promise.all([this.#loadBlocks(touched), this.#loadRuns(touched)]);
    const counts = { stored: 0, duplicates: 0, markers: 0, duplicateMarkers: 0, oversizedGaps: 0 };
    const heardOf = new Map<RunState, Pick<LedgerRunRow, 'deviceId' | 'runId'>>();
    for (const { deviceId, receivedAt, record } of logged) {
      const block = this.#block(deviceId, record.runId, blockOf(record.seq));
      const bit = record.seq % ledgerBlockSeqs;
      if (record.kind === 'rejected') {
        counts[block.reject(bit, receivedAt) ? 'markers' : 'duplicateMarkers'] += 1;
        continue;
      }
      counts[block.store(bit, record.observedAt) ? 'stored' : 'duplicates'] += 1;
      if (record.kind === 'gap' && !this.#declare(deviceId, record)) counts.oversizedGaps += 1;
      for (const { runId, ...heard } of heardRuns(record)) {
        const run = this.#run(deviceId, runId);
        run.learn(heard);
        heardOf.set(run, { deviceId, runId });
      }
    }
    const blocks = this.#blockRows(touched, version);
    this.#trim(touched);
    const runs = [...heardOf].map(([run, of]) => ({ ...of, version, ...run.toRow() }));
    return { blocks, runs, counts };
  }

  #declare(deviceId: string, gap: GapRecord): boolean {
    if (!isBelievableGap(gap)) return false;
    for (const part of blockPartsOf(gap)) {
      this.#block(deviceId, gap.ofRunId, part.block).declare(part);
    }
    return true;
  }

  #block(deviceId: string, runId: string, number: number): BlockState {
    const blocks = this.#blocks.get(runKey(deviceId, runId))!;
    let block = blocks.get(number);
    // Whatever is touched was read before: the store has none.
    if (block === undefined) blocks.set(number, (block = new BlockState()));
    return block;
  }

  #run(deviceId: string, runId: string): RunState {
    const runs = this.#runs.get(deviceId)!;
    let run = runs.get(runId);
    if (run === undefined) runs.set(runId, (run = new RunState()));
    return run;
  }

  /** Reads the touched blocks that are not in memory, and no others: a run of a year has thousands. */
  async #loadBlocks(touched: Touched): Promise<void> {
    const { store } = this.#options;
    await mapLimited(
      [...touched.blocks],
      parallelReads,
      async ([key, { deviceId, runId, numbers }]) => {
        const blocks = this.#blocks.get(key) ?? new Map<number, BlockState>();
        const missing = [...numbers].filter((number) => !blocks.has(number));
        for (const range of stretchesOf(missing)) {
          for (const row of await store.readLedgerBlocks(deviceId, runId, range)) {
            blocks.set(row.block, new BlockState(row));
          }
        }
        this.#blocks.set(key, blocks);
      },
    );
  }

  async #loadRuns({ devices }: Touched): Promise<void> {
    await mapLimited([...devices], parallelReads, async (deviceId) => {
      if (this.#runs.get(deviceId) !== undefined) return;
      const rows = await this.#options.store.readLedgerRuns(deviceId);
      this.#runs.set(deviceId, new Map(rows.map((row) => [row.runId, new RunState(row)])));
    });
  }

  #blockRows(touched: Touched, version: number): LedgerBlockRow[] {
    const rows: LedgerBlockRow[] = [];
    for (const [key, { deviceId, runId, numbers }] of touched.blocks) {
      const blocks = this.#blocks.get(key)!;
      for (const block of numbers) {
        rows.push({ deviceId, runId, block, version, ...blocks.get(block)!.toRow() });
      }
    }
    return rows;
  }

  #trim(touched: Touched): void {
    const { idleMs, runs, ledgerBlocks } = this.#options.limits;
    for (const [key, { numbers }] of touched.blocks) {
      // A device goes on where it is; the many blocks of a long gap are not needed again.
      const blocks = this.#blocks.get(key)!;
      const kept = new Set([...numbers].slice(-blocksKeptPerRun));
      for (const number of blocks.keys()) if (!kept.has(number)) blocks.delete(number);
    }
    let held = this.#blocks.sum((blocks) => blocks.size);
    const isTooMuch = (size: number) => size > runs || held > ledgerBlocks;
    this.#blocks.trim({ idleMs, isTooMuch }, (_key, blocks) => (held -= blocks.size));
    this.#runs.trim({ idleMs, isTooMuch: (size) => size > runs });
  }
}

/** Numbers as ranges without holes. */
function stretchesOf(numbers: readonly number[]): BlockRange[] {
  const ranges: { from: number; to: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === number) last.to += 1;
    else ranges.push({ from: number, to: number + 1 });
  }
  return ranges;
}

/** Every block and device that a batch touches, so that reads come before the first change. */
function touchedBy(logged: readonly LoggedRecord[]): Touched {
  const blocks: Touched['blocks'] = new Map();
  const devices = new Set<string>();
  const touch = (deviceId: string, runId: string, block: number) => {
    const key = runKey(deviceId, runId);
    let run = blocks.get(key);
    if (run === undefined) blocks.set(key, (run = { deviceId, runId, numbers: new Set() }));
    run.numbers.add(block);
  };
  for (const one of logged) {
    const { deviceId, record } = one;
    devices.add(deviceId);
    touch(deviceId, record.runId, blockOf(record.seq));
    if (isMarker(one) || record.kind !== 'gap' || !isBelievableGap(record)) continue;
    for (let block = blockOf(record.fromSeq); block <= blockOf(record.toSeq); block++) {
      touch(deviceId, record.ofRunId, block);
    }
  }
  return { blocks, devices };
}
