import { ledgerBlockSeqs } from '@emotion-fleet/contracts';
import type {
  LedgerBlockRow,
  LedgerRunRow,
  ObservationStore,
  TimeRange,
} from '@emotion-fleet/observation-store';

/** Some four days of a busy camera: fewer are read at once, whatever is asked for. */
const readWhole = 24;
/** A visit is dated by its beginning and numbered by its end, so that blocks overlap in time. */
const overlapMs = 3_600_000;
const firstStep = 4;

/**
 * Reads what a range needs of a run, which may have thousands of blocks: those that lie there if records
 * came evenly over the run, then further ones either way until one lies wholly outside of the range. What
 * is missing beyond that one `summarizeLedger` puts outside of the range, too.
 */
export async function readLedgerPart(options: {
  readonly store: Pick<ObservationStore, 'readLedgerBlocks'>;
  readonly run: LedgerRunRow;
  readonly range: TimeRange;
}): Promise<LedgerBlockRow[]> {
  const { store, run } = options;
  const { deviceId, runId, firstAt, lastAt } = run;
  const count = Math.ceil(run.headSeq / ledgerBlockSeqs);
  const read = (from: number, to: number) =>
    store.readLedgerBlocks(deviceId, runId, {
      from,
      to: to < count ? to : Number.MAX_SAFE_INTEGER,
    });
  const wanted = { from: options.range.from - overlapMs, to: options.range.to + overlapMs };
  const blockAt = (time: number) => {
    const share = (time - firstAt) / Math.max(1, lastAt - firstAt);
    return Math.max(0, Math.min(count, Math.floor(share * count)));
  };
  let from = count <= readWhole ? 0 : blockAt(wanted.from);
  let to = count <= readWhole ? count : blockAt(wanted.to) + 1;
  let blocks = await read(from, to);
  for (let step = firstStep; from > 0 && !endsBefore(blocks[0], wanted.from); step *= 2) {
    const lower = Math.max(0, from - step);
    blocks = [...(await read(lower, from)), ...blocks];
    from = lower;
  }
  for (let step = firstStep; to < count && !beginsAfter(blocks.at(-1), wanted.to); step *= 2) {
    blocks = [...blocks, ...(await read(to, to + step))];
    to += step;
  }
  return blocks;
}

function endsBefore(block: LedgerBlockRow | undefined, time: number): boolean {
  return block !== undefined && block.lastAt < time;
}

function beginsAfter(block: LedgerBlockRow | undefined, time: number): boolean {
  return block !== undefined && block.firstAt >= time;
}
