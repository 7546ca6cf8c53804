import type { LedgerBlockRow } from '../rows.ts';

type BlockContent = Pick<LedgerBlockRow, 'stored' | 'declared' | 'rejected' | 'firstAt' | 'lastAt'>;

/** Two times (64-bit floats), and for each bitmap its length and how much of it follows (16 bits each). */
const headerBytes = 2 * 8 + 3 * 4;

/** A block as one blob: bitmaps without their zeros at the end, since most blocks declare and reject nothing. */
export function encodeBlock(block: BlockContent): Buffer {
  const bitmaps = [block.stored, block.declared, block.rejected];
  const used = bitmaps.map(usedBytes);
  const bytes = Buffer.alloc(headerBytes + used.reduce((sum, length) => sum + length, 0));
  bytes.writeDoubleBE(block.firstAt, 0);
  bytes.writeDoubleBE(block.lastAt, 8);
  let offset = headerBytes;
  for (const [index, bitmap] of bitmaps.entries()) {
    const length = used[index] ?? 0;
    bytes.writeUInt16BE(bitmap.length, 16 + index * 4);
    bytes.writeUInt16BE(length, 18 + index * 4);
    bytes.set(bitmap.subarray(0, length), offset);
    offset += length;
  }
  return bytes;
}

export function decodeBlock(bytes: Buffer): BlockContent {
  let offset = headerBytes;
  const next = (index: number): Uint8Array => {
    const bitmap = new Uint8Array(bytes.readUInt16BE(16 + index * 4));
    const length = bytes.readUInt16BE(18 + index * 4);
    bitmap.set(bytes.subarray(offset, offset + length));
    offset += length;
    return bitmap;
  };
  const [stored, declared, rejected] = [next(0), next(1), next(2)];
  const [firstAt, lastAt] = [bytes.readDoubleBE(0), bytes.readDoubleBE(8)];
  return { stored, declared, rejected, firstAt, lastAt };
}

function usedBytes(bitmap: Uint8Array): number {
  let length = bitmap.length;
  while (length > 0 && bitmap[length - 1] === 0) length--;
  return length;
}
