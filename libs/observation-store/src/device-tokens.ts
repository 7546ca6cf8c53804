import { createHash, timingSafeEqual } from 'node:crypto';

/** 256 bits: nobody guesses it, and nobody needs to type it. */
export const tokenBytes = 32;

/** What the device keeps and sends as its MQTT password. */
export function encodeToken(random: Uint8Array): string {
  return Buffer.from(random).toString('base64url');
}

/**
 * What the registry keeps. A fast hash is enough: slow hashes protect guessable passwords against a dictionary,
 * and 256 random bits have none; a slow one would only let anybody burn the gateway's CPU with CONNECTs.
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Compared with for devices that don't exist, so that an answer takes as long as for one that does. */
const noHash = Buffer.alloc(32);

/** True for the token behind `expected`, in constant time; undefined stands for "no such device". */
export function tokenMatches(token: string, expected: Uint8Array | undefined): boolean {
  const equal = timingSafeEqual(hashToken(token), expected ?? noHash);
  return equal && expected !== undefined;
}
