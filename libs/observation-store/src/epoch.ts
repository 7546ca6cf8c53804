/**
 * Versions that an epoch has for itself, so that the next one is above all of them: more entries than a partition of
 * the log gets in years (2^38). An epoch is the time in microseconds, unless the one before began less than three
 * days ago.
 */
export const versionsPerEpoch = 2 ** 38;

/** @param now epoch ms */
export function epochAfter(epoch: number, now: number): number {
  return Math.max(epoch + versionsPerEpoch, now * 1_000);
}

/** How long a reservation lasts that nobody renews. */
export const reservationMs = 60_000;
