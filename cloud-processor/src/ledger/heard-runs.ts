import type { DeviceRecord } from '@emotion-fleet/contracts';
import { gapTimes, isBelievableGap } from './gaps.ts';
import type { RunHearing } from './run-state.ts';

/** What a record tells of its own run, and of the runs that it names. */
export function* heardRuns(record: DeviceRecord): Generator<RunHearing & { runId: string }> {
  const { runId, seq, observedAt } = record;
  const at = { firstAt: observedAt, lastAt: observedAt };
  yield { runId, headSeq: seq + 1, ackedBelow: 0, ...at };
  if (record.kind === 'presence') {
    for (const run of record.runs) yield { ...run, ...at };
  } else if (record.kind === 'gap' && isBelievableGap(record)) {
    yield {
      runId: record.ofRunId,
      headSeq: record.toSeq + 1,
      ackedBelow: 0,
      firstAt: Math.min(gapTimes(record).firstAt, observedAt),
      lastAt: observedAt,
    };
  }
}
