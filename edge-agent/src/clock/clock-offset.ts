import type { ClockSource } from '@emotion-fleet/contracts';

/** What turns a run's monotonic times into wall times; fixed once for a run. */
export interface ClockOffset {
  /** Epoch ms at monotonic time 0. */
  readonly offsetMs: number;
  readonly clock: ClockSource;
}

/** Whole epoch ms of a monotonic time. Rounding keeps the order of times. */
export function epochAt({ offsetMs }: ClockOffset, monotonicMs: number): number {
  return Math.round(offsetMs + monotonicMs);
}
