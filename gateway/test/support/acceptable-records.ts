import { checkRecord, maxBatchRecords } from '@emotion-fleet/contracts';
import { goldenNow } from './messages.ts';

/** Said again in the plainest way: what of a payload may be lost, and what may not. */
export function acceptableRecords(payload: Buffer): number {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    const batch = JSON.parse(text) as { schema?: unknown; records?: unknown };
    const isBatch = Object.keys(batch).sort().join() === 'records,schema' && batch.schema === 1;
    if (!isBatch || !Array.isArray(batch.records)) return 0;
    if (batch.records.length > maxBatchRecords) return 0;
    const limit = goldenNow + 5 * 60_000;
    return batch.records.filter((record) => {
      const checked = checkRecord(record);
      return checked.ok && checked.value.observedAt <= limit;
    }).length;
  } catch {
    return 0;
  }
}
