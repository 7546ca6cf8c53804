import type { DeviceRecord } from '@emotion-fleet/contracts';
import type { RecordRow } from '@emotion-fleet/observation-store';
import { isTooLate, MinuteSums } from './minute-sums.ts';

/** One minute of one device while it may still change: its sums, and which records are in them. */
export class MinuteState {
  readonly sums = new MinuteSums();
  readonly #seqsByRun = new Map<string, Set<number>>();
  #keys = 0;

  /** Identities held, late ones included. */
  get keys(): number {
    return this.#keys;
  }

  /** Adds the record unless it is in already; true where it was new. */
  merge(row: RecordRow, sealAfterMs: number): boolean {
    if (!this.#remember(row.record)) return false;
    if (isTooLate(row, sealAfterMs)) this.sums.addTooLate();
    else this.sums.add(row.record);
    return true;
  }

  #remember({ runId, seq }: DeviceRecord): boolean {
    let seqs = this.#seqsByRun.get(runId);
    if (seqs === undefined) this.#seqsByRun.set(runId, (seqs = new Set()));
    if (seqs.has(seq)) return false;
    seqs.add(seq);
    this.#keys += 1;
    return true;
  }
}
