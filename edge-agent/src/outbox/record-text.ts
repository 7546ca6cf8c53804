import { schemaVersion, type RunProgress } from '@emotion-fleet/contracts';
import { epochAt, type ClockOffset } from '../clock/clock-offset.ts';
import type { RecordDraft } from '../ports.ts';
import { timeFields, type StoredRecord } from './frame.ts';

export interface StoreDraftOptions {
  readonly draft: RecordDraft;
  readonly seq: number;
  /** What a presence record says about the runs in the outbox; asked for presence alone. */
  readonly progress: () => readonly RunProgress[];
}

/** Splits a draft into what needs the run's offset and the text that never changes again. */
export function storeDraft({ draft, seq, progress }: StoreDraftOptions): StoredRecord {
  const { kind, observedAtMs, startedAtMs, ...rest } = { startedAtMs: undefined, ...draft };
  const fields = kind === 'presence' ? { ...rest, runs: progress() } : rest;
  const times = startedAtMs === undefined ? {} : { startedAt: startedAtMs };
  return { kind, seq, observedAtMs, times, body: JSON.stringify(fields).slice(1) };
}

export interface RunTime {
  readonly runId: string;
  readonly offset: ClockOffset;
}

/**
 * The record as it goes over the wire: nothing but what lies on disk and the run's fixed offset goes in, so that
 * each delivery of a record has the same bytes.
 */
export function recordText(record: StoredRecord, { runId, offset }: RunTime): string {
  const observedAt = epochAt(offset, record.observedAtMs);
  let text = `{"schema":${schemaVersion},"kind":"${record.kind}","runId":"${runId}","seq":${record.seq}`;
  text += `,"observedAt":${observedAt},"clock":"${offset.clock}"`;
  for (const field of timeFields) {
    const time = record.times[field];
    if (time !== undefined) text += `,"${field}":${epochAt(offset, time)}`;
  }
  if (record.kind === 'visit') text += `,"endedAt":${observedAt}`;
  return `${text},${record.body}`;
}
