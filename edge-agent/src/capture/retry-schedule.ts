export interface RetryScheduleOptions {
  readonly firstMs: number;
  readonly mostMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * Waits between attempts, without end: doubling from `firstMs` up to `mostMs`, each shortened by up to
 * half at random, so that a fleet whose power comes back doesn't march in step.
 */
export function* retrySchedule({
  firstMs,
  mostMs,
  random,
}: RetryScheduleOptions): Generator<number, never> {
  let limitMs = Math.min(firstMs, mostMs);
  for (;;) {
    yield limitMs * (1 - random() / 2);
    limitMs = Math.min(limitMs * 2, mostMs);
  }
}
