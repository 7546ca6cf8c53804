import type { CoverageCounts } from '@emotion-fleet/contracts/api';
import type { WindowValues } from '@emotion-fleet/observation-store';
import type { LedgerCounts } from './ledger-reader.ts';

/**
 * Time and records, expected against seen. What was stored or came too late is counted in the windows; what
 * didn't come only the ledger knows, in a range as an estimate.
 */
export function coverageCounts(options: {
  readonly values: WindowValues;
  readonly expectedMs: number;
  readonly ledger: LedgerCounts;
}): CoverageCounts {
  const { values, expectedMs, ledger } = options;
  return {
    expectedMs,
    analysedMs: values.analysedMs,
    stored: values.records.stored,
    tooLate: values.records.tooLate,
    ...ledger,
  };
}
