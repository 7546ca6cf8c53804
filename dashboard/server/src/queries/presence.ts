import { outboxMaxAgeMs, type GapRecord, type PresenceRecord } from '@emotion-fleet/contracts';
import type { GapEntry, PresenceEntry } from '@emotion-fleet/contracts/api';
import { dayMs, type ObservationStore, type TimeRange } from '@emotion-fleet/observation-store';
import { isoTime } from './query-range.ts';

/** The latest presence records of a range that are shown. */
const maxPresenceEntries = 2_000;
/** Raw rows are not looked for further back than this; they live for 8 days unless set otherwise. */
const maxRawAgeMs = 35 * dayMs;

interface RawQuery {
  readonly store: ObservationStore;
  readonly deviceId: string;
  readonly range: TimeRange;
  /** Epoch ms. */
  readonly now: number;
}

/** What the camera did, oldest first: the latest 2,000 records of the range. */
export async function readPresence(query: RawQuery): Promise<PresenceEntry[]> {
  const { store, deviceId, range, now } = query;
  const oldest = Math.max(range.from, now - maxRawAgeMs);
  const found: PresenceRecord[] = [];
  // Backwards by the day, since the store reads forwards and the latest are wanted.
  for (let to = Math.min(range.to, now + dayMs); to > oldest;) {
    const from = Math.max(oldest, to - dayMs);
    const rows = await store.readRecords({ deviceId, from, to, kinds: ['presence'] });
    found.unshift(...rows.map(({ record }) => record).filter((r) => r.kind === 'presence'));
    if (found.length >= maxPresenceEntries) break;
    to = from;
  }
  return found.slice(-maxPresenceEntries).map((record) => ({
    from: isoTime(record.startedAt),
    to: isoTime(record.observedAt),
    cameraState: record.cameraState,
    analysedMs: record.analysedMs,
    frames: record.frames,
  }));
}

/** Declared gaps that touch the range; a gap is declared at most an outbox's age after what it gives up. */
export async function readGaps(query: RawQuery): Promise<GapEntry[]> {
  const { store, deviceId, range, now } = query;
  const rows = await store.readRecords({
    deviceId,
    from: Math.max(range.from, now - maxRawAgeMs),
    to: Math.min(range.to, now) + outboxMaxAgeMs + dayMs,
    kinds: ['gap'],
  });
  return rows
    .map(({ record }) => record)
    .filter((record) => record.kind === 'gap')
    .filter((gap) => touches(gap, range))
    .map((gap) => ({
      runId: gap.ofRunId,
      fromSeq: gap.fromSeq,
      toSeq: gap.toSeq,
      ...(gap.fromAt !== undefined && { from: isoTime(gap.fromAt) }),
      ...(gap.toAt !== undefined && { to: isoTime(gap.toAt) }),
      reason: gap.reason,
    }));
}

/** A gap that never learned its time counts where it was declared. */
function touches({ fromAt, toAt, observedAt }: GapRecord, range: TimeRange): boolean {
  const from = fromAt ?? observedAt;
  const to = toAt ?? observedAt;
  return from < range.to && to >= range.from;
}
