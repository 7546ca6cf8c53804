import type { LedgerRunRow } from '@emotion-fleet/observation-store';

/** What one record says of a run. */
export type RunHearing = Pick<LedgerRunRow, 'headSeq' | 'ackedBelow' | 'firstAt' | 'lastAt'>;

/** What is known of one run: each figure only ever widens, so that order and repetition don't matter. */
export class RunState {
  #headSeq: number;
  #ackedBelow: number;
  #firstAt: number;
  #lastAt: number;

  constructor(row?: RunHearing) {
    this.#headSeq = row?.headSeq ?? 0;
    this.#ackedBelow = row?.ackedBelow ?? 0;
    this.#firstAt = row?.firstAt ?? Infinity;
    this.#lastAt = row?.lastAt ?? -Infinity;
  }

  learn(heard: RunHearing): void {
    this.#headSeq = Math.max(this.#headSeq, heard.headSeq);
    this.#ackedBelow = Math.max(this.#ackedBelow, heard.ackedBelow);
    this.#firstAt = Math.min(this.#firstAt, heard.firstAt);
    this.#lastAt = Math.max(this.#lastAt, heard.lastAt);
  }

  toRow(): RunHearing {
    return {
      headSeq: this.#headSeq,
      ackedBelow: this.#ackedBelow,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
    };
  }
}
