import type { GapReason } from '@emotion-fleet/contracts';
import { epochAt, type ClockOffset } from '../clock/clock-offset.ts';
import type { StoredRecord } from './frame.ts';
import type { Range } from './range-set.ts';

/** A time of a record given up: as its own run knew it, or in wall time. */
export type Moment = { readonly epochMs: number } | { readonly monotonicMs: number };

/** What a gap record declares. */
export interface Coverage extends Range {
  readonly ofRunId: string;
  readonly reason: GapReason;
  /** Of the first and last record given up; absent where nobody can say. */
  readonly fromAt?: Moment | undefined;
  readonly toAt?: Moment | undefined;
}

interface GapBody {
  readonly ofRunId: string;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly fromAt?: number;
  readonly toAt?: number;
  readonly reason: GapReason;
}

/** Reads back what a stored gap record covers; its monotonic times are those of the run that it stands in. */
export function coverageOf(record: StoredRecord): Coverage {
  const body = JSON.parse(`{${record.body}`) as GapBody;
  const moment = (epochMs: number | undefined, monotonicMs: number | undefined) =>
    epochMs !== undefined ? { epochMs } : monotonicMs !== undefined ? { monotonicMs } : undefined;
  return {
    ofRunId: body.ofRunId,
    from: body.fromSeq,
    end: body.toSeq + 1,
    reason: body.reason,
    fromAt: moment(body.fromAt, record.times.fromAt),
    toAt: moment(body.toAt, record.times.toAt),
  };
}

/** The same coverage with wall times alone, so that another run's gap record can carry it on. */
export function withWallTimes(coverage: Coverage, offset: ClockOffset | undefined): Coverage {
  const wall = (moment: Moment | undefined): Moment | undefined => {
    if (moment === undefined || 'epochMs' in moment) return moment;
    return offset === undefined ? undefined : { epochMs: epochAt(offset, moment.monotonicMs) };
  };
  return { ...coverage, fromAt: wall(coverage.fromAt), toAt: wall(coverage.toAt) };
}

/** Joins neighbours of one run and reason, so that giving up gap records doesn't make more of them. */
export function mergeCoverages(coverages: readonly Coverage[]): Coverage[] {
  const merged: Coverage[] = [];
  for (const coverage of coverages.toSorted(byRunReasonSeq)) {
    const last = merged.at(-1);
    if (last !== undefined && continues(last, coverage)) {
      const later = coverage.end > last.end ? coverage : last;
      merged[merged.length - 1] = { ...last, end: later.end, toAt: later.toAt };
    } else merged.push(coverage);
  }
  return merged;
}

function byRunReasonSeq(a: Coverage, b: Coverage): number {
  return compare(a.ofRunId, b.ofRunId) || compare(a.reason, b.reason) || a.from - b.from;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function continues(last: Coverage, next: Coverage): boolean {
  return last.ofRunId === next.ofRunId && last.reason === next.reason && next.from <= last.end;
}

export interface GapOptions {
  readonly coverage: Coverage;
  readonly seq: number;
  readonly observedAtMs: number;
  readonly modelId: string;
}

/** A gap record of the current run; monotonic times in `coverage` must be of that run. */
export function storeGap({ coverage, seq, observedAtMs, modelId }: GapOptions): StoredRecord {
  const { ofRunId, from, end, reason, fromAt, toAt } = coverage;
  const body = {
    modelId,
    ofRunId,
    fromSeq: from,
    toSeq: end - 1,
    ...wallTimes(fromAt, toAt),
    reason,
  };
  return {
    kind: 'gap',
    seq,
    observedAtMs,
    times: {
      ...(fromAt !== undefined && 'monotonicMs' in fromAt && { fromAt: fromAt.monotonicMs }),
      ...(toAt !== undefined && 'monotonicMs' in toAt && { toAt: toAt.monotonicMs }),
    },
    body: JSON.stringify(body).slice(1),
  };
}

function wallTimes(fromAt: Moment | undefined, toAt: Moment | undefined) {
  return {
    ...(fromAt !== undefined && 'epochMs' in fromAt && { fromAt: fromAt.epochMs }),
    ...(toAt !== undefined && 'epochMs' in toAt && { toAt: toAt.epochMs }),
  };
}
