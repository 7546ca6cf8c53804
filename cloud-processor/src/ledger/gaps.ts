import { ledgerBlockSeqs, type GapRecord } from '@emotion-fleet/contracts';

/** Seqs that one gap may declare: far more than 7 days of records; a wrong number must not fill the store. */
export const maxGapSeqs = 2 ** 25;

/** False where a gap names more seqs than any outbox can hold: kept as a record, not entered. */
export function isBelievableGap({ fromSeq, toSeq }: GapRecord): boolean {
  return toSeq - fromSeq < maxGapSeqs;
}

/** Half-open seqs `from <= seq < to` of one block, with the time that they stand for. */
export interface BlockPart {
  readonly block: number;
  /** Positions within the block. */
  readonly bits: { readonly from: number; readonly to: number };
  readonly firstAt: number;
  readonly lastAt: number;
}

/** When what a gap gives up was observed; the time of the declaration where the run never knew the time. */
export function gapTimes({ fromAt, toAt, observedAt }: GapRecord): {
  firstAt: number;
  lastAt: number;
} {
  return { firstAt: fromAt ?? toAt ?? observedAt, lastAt: toAt ?? fromAt ?? observedAt };
}

/** Cuts a gap into its blocks; its seqs count as spread evenly over its time. */
export function* blockPartsOf(gap: GapRecord): Generator<BlockPart> {
  const { firstAt, lastAt } = gapTimes(gap);
  const perSeq = (lastAt - firstAt) / Math.max(1, gap.toSeq - gap.fromSeq);
  const timeOf = (seq: number) => Math.round(firstAt + (seq - gap.fromSeq) * perSeq);
  const lastBlock = Math.floor(gap.toSeq / ledgerBlockSeqs);
  for (let block = Math.floor(gap.fromSeq / ledgerBlockSeqs); block <= lastBlock; block++) {
    const base = block * ledgerBlockSeqs;
    const from = Math.max(gap.fromSeq, base);
    const to = Math.min(gap.toSeq + 1, base + ledgerBlockSeqs);
    yield {
      block,
      bits: { from: from - base, to: to - base },
      firstAt: timeOf(from),
      lastAt: timeOf(to - 1),
    };
  }
}
