import {
  clearBit,
  clearBits,
  emptyBitmap,
  hasBit,
  setBit,
  setBits,
  type LedgerBlockRow,
} from '@emotion-fleet/observation-store';
import type { BlockPart } from './gaps.ts';

type Bitmaps = Pick<LedgerBlockRow, 'stored' | 'declared' | 'rejected' | 'firstAt' | 'lastAt'>;

/** One block of a run's ledger. Bits are only ever added; where a seq is stored, stored alone is kept. */
export class BlockState {
  readonly #stored: Uint8Array;
  readonly #declared: Uint8Array;
  readonly #rejected: Uint8Array;
  #firstAt: number;
  #lastAt: number;

  constructor(row?: Bitmaps) {
    this.#stored = row === undefined ? emptyBitmap() : row.stored.slice();
    this.#declared = row === undefined ? emptyBitmap() : row.declared.slice();
    this.#rejected = row === undefined ? emptyBitmap() : row.rejected.slice();
    this.#firstAt = row?.firstAt ?? Infinity;
    this.#lastAt = row?.lastAt ?? -Infinity;
  }

  /** True where the seq was not stored before. A repeated delivery changes nothing. */
  store(bit: number, observedAt: number): boolean {
    if (hasBit(this.#stored, bit)) return false;
    setBit(this.#stored, bit);
    clearBit(this.#declared, bit);
    clearBit(this.#rejected, bit);
    this.#widen(observedAt, observedAt);
    return true;
  }

  /** True where neither a record nor a marker stood here before. */
  reject(bit: number, receivedAt: number): boolean {
    if (hasBit(this.#stored, bit) || hasBit(this.#rejected, bit)) return false;
    setBit(this.#rejected, bit);
    setBit(this.#declared, bit);
    this.#widen(receivedAt, receivedAt);
    return true;
  }

  declare({ bits, firstAt, lastAt }: BlockPart): void {
    setBits(this.#declared, bits);
    clearBits(this.#declared, this.#stored);
    this.#widen(firstAt, lastAt);
  }

  /** A copy, so that a row on its way to the store doesn't change under it. */
  toRow(): Bitmaps {
    return {
      stored: this.#stored.slice(),
      declared: this.#declared.slice(),
      rejected: this.#rejected.slice(),
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
    };
  }

  #widen(firstAt: number, lastAt: number): void {
    this.#firstAt = Math.min(this.#firstAt, firstAt);
    this.#lastAt = Math.max(this.#lastAt, lastAt);
  }
}
