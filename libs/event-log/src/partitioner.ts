const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
const encoder = new TextEncoder();

/**
 * Partition of a key, as Kafka's default partitioner chooses it (murmur2 of the UTF-8 bytes, sign bit off,
 * modulo), so that every adapter agrees and a log can be moved from one to another.
 */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : (murmur2(encoder.encode(key)) & 0x7fffffff) % partitions;
}

/** 32-bit MurmurHash2 with Kafka's seed; the result is signed, as in Java. */
export function murmur2(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const wholeWords = data.length >> 2;
  let hash = seed ^ data.length;
  for (let word = 0; word < wholeWords; word++) {
    let mixed = Math.imul(view.getInt32(word * 4, true), multiplier);
    mixed ^= mixed >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(mixed, multiplier);
  }
  const tail = wholeWords * 4;
  const rest = data.length - tail;
  if (rest > 0) {
    for (let index = rest - 1; index >= 0; index--) hash ^= data[tail + index]! << (8 * index);
    hash = Math.imul(hash, multiplier);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return (hash ^ (hash >>> 15)) | 0;
}
