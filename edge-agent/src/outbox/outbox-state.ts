import type { ClockOffset } from '../clock/clock-offset.ts';

/** The outbox's small state: who the runs are, when they were, and how far they are acked. */
export interface OutboxState {
  /** Every smaller ordinal that `runs` doesn't name is a run that is over and done with. */
  readonly nextOrdinal: number;
  /** Oldest first. */
  readonly runs: readonly RunState[];
}

export interface RunState {
  readonly ordinal: number;
  readonly runId: string;
  readonly offset?: ClockOffset | undefined;
  readonly headSeq: number;
  /** `[from, end)` of what is acked or covered by an acked gap. May lag behind: that only sends something again. */
  readonly settled: readonly (readonly [number, number])[];
}

export const emptyState: OutboxState = { nextOrdinal: 1, runs: [] };

const segmentName = /^run-(\d{8})-(\d{15})\.seg$/;

export function segmentFileName(ordinal: number, firstSeq: number): string {
  return `run-${String(ordinal).padStart(8, '0')}-${String(firstSeq).padStart(15, '0')}.seg`;
}

/** The run's ordinal; undefined for any other file. */
export function ordinalOfSegment(name: string): number | undefined {
  const ordinal = segmentName.exec(name)?.[1];
  return ordinal === undefined ? undefined : Number(ordinal);
}

/** The seq of a segment's first record, which its name says even where nothing in it can be read. */
export function firstSeqOfSegment(name: string): number {
  return Number(segmentName.exec(name)?.[2]);
}
