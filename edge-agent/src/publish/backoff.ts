export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  /** 0 <= r < 1 */
  readonly random: () => number;
}

/** Waits between attempts, without end: full jitter below a bound that doubles up to `maxMs`. */
export function* backoffDelays({
  baseMs,
  maxMs,
  random,
}: BackoffOptions): Generator<number, never> {
  for (let boundMs = baseMs; ; boundMs = Math.min(maxMs, boundMs * 2)) {
    yield Math.round(random() * boundMs);
  }
}
