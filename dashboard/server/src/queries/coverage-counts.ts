import type { CoverageCounts } from '@emotion-fleet/contracts/api';
import type { WindowValues } from '@emotion-fleet/observation-store';
import type { MissingCounts } from './ledger-reader.ts';

/** Time and records, expected against seen. */
export function coverageCounts(options: {
  readonly values: WindowValues;
  readonly expectedMs: number;
  readonly missing: MissingCounts;
}): CoverageCounts {
  const { values, expectedMs, missing } = options;
  const { stored, declared, rejected, tooLate } = values.records;
  return {
    expectedMs,
    analysedMs: values.analysedMs,
    stored,
    declared,
    rejected,
    tooLate,
    pending: missing.pending,
    stranded: missing.stranded,
    unexplained: missing.unexplained,
  };
}
