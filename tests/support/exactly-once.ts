import assert from 'node:assert/strict';
import type { Audit } from './audit.ts';

/** Holds where every record made is stored once, nothing is open, and all rollups are what the raw rows add up to. */
export function assertExactlyOnce(found: Audit, made: number): void {
  const { ledger, rollupDifferences, ...rows } = found;
  assert.deepEqual(rows, {
    ...{ logged: made, stored: made },
    ...{ missing: [], unknown: [], doubled: [], changed: [] },
  });
  assert.deepEqual(ledger, {
    ...{ stored: made, declared: 0, rejected: 0 },
    ...{ pending: 0, stranded: 0, unexplained: 0 },
  });
  assert.deepEqual(rollupDifferences, []);
}
