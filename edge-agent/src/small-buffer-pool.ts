import { Buffer } from 'node:buffer';

/** Room for the few bytes of a number; a multiple of 8, as Node aligns what it takes from the pool. */
const poolBytes = 64;

/**
 * Node cuts small buffers from a pool of 64 KiB, which lives as long as any of them. mqtt-packet keeps one of 4 bytes for
 * each length of a message below 16,384 that it has ever written, and with each a pool: 13 MB an hour in an agent that
 * sends all the time, and a gigabyte at the worst. With a pool this small it is a megabyte.
 */
export function shrinkBufferPool(): void {
  Buffer.poolSize = poolBytes;
}
