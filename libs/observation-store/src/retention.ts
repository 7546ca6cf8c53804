import { minRawRetentionMs } from '@emotion-fleet/contracts';
import { OperatorError } from '@emotion-fleet/service';

const dayMs = 24 * 3_600_000;

export const defaultRawRetentionMs = minRawRetentionMs;
export const defaultMinuteRetentionMs = 90 * dayMs;
export const defaultHealthRetentionMs = 7 * dayMs;

/**
 * Raw rows must outlive what an outbox may still send by a day: a window is recomputed from its raw rows
 * until it is sealed, and would shrink if they went before.
 *
 * @throws OperatorError `raw_retention_too_short`
 */
export function checkRawRetention(rawRetentionMs: number): void {
  if (rawRetentionMs >= minRawRetentionMs) return;
  throw new OperatorError(
    'raw_retention_too_short',
    `Raw rows must be kept for at least ${minRawRetentionMs / dayMs} days (the outbox's age and a day), not ${rawRetentionMs / dayMs}.`,
  );
}
