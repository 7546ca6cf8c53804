/**
 * A number in [0, 1) that depends on nothing but its arguments (the finalizer of MurmurHash3 over both),
 * so that anything made with it can be computed for any step without the steps before.
 */
export function seededUnit({ seed, step }: { seed: number; step: number }): number {
  let hash = Math.imul(seed, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
