import { ledgerBlockSeqs } from '@emotion-fleet/contracts';

/** Bytes of one bitmap of a ledger block. */
export const ledgerBlockBytes = ledgerBlockSeqs / 8;

/** Half-open positions `from <= i < to` within a block. */
export interface BitRange {
  readonly from: number;
  readonly to: number;
}

const bitsOfByte = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
});

/** An empty bitmap of one block. */
export function emptyBitmap(): Uint8Array {
  return new Uint8Array(ledgerBlockBytes);
}

export function hasBit(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}

export function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! |= 1 << (index & 7);
}

export function clearBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! &= ~(1 << (index & 7));
}

/** Sets every bit of the range, whole bytes at a time: gaps can span millions of seqs. */
export function setBits(bitmap: Uint8Array, { from, to }: BitRange): void {
  let index = from;
  while (index < to && (index & 7) !== 0) setBit(bitmap, index++);
  const wholeUntil = to & ~7;
  if (wholeUntil > index) {
    bitmap.fill(0xff, index >> 3, wholeUntil >> 3);
    index = wholeUntil;
  }
  while (index < to) setBit(bitmap, index++);
}

/** Clears in `bitmap` whatever is set in `mask`. */
export function clearBits(bitmap: Uint8Array, mask: Uint8Array): void {
  for (let byte = 0; byte < bitmap.length; byte++) bitmap[byte]! &= ~mask[byte]!;
}

/** Number of bits set in the range; the whole block by default. */
export function countBits(
  bitmap: Uint8Array,
  { from, to }: BitRange = { from: 0, to: bitmap.length * 8 },
): number {
  let count = 0;
  let index = from;
  while (index < to && (index & 7) !== 0) count += hasBit(bitmap, index++) ? 1 : 0;
  for (; index + 8 <= to; index += 8) count += bitsOfByte[bitmap[index >> 3]!]!;
  while (index < to) count += hasBit(bitmap, index++) ? 1 : 0;
  return count;
}

/** First and one past the last bit set; undefined where none is. */
export function bitExtent(bitmap: Uint8Array): BitRange | undefined {
  const first = bitmap.findIndex((byte) => byte !== 0);
  if (first < 0) return undefined;
  const last = bitmap.findLastIndex((byte) => byte !== 0);
  let from = first * 8;
  while (!hasBit(bitmap, from)) from++;
  let to = last * 8 + 8;
  while (!hasBit(bitmap, to - 1)) to--;
  return { from, to };
}
