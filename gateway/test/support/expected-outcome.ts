import { createHash } from 'node:crypto';
import { checkRecord, maxBatchRecords } from '@emotion-fleet/contracts';
import type { LogEntry } from '@emotion-fleet/event-log';
import { goldenNow } from './messages.ts';

/** Said again in the plainest way: what has to become of a payload. */
export interface ExpectedOutcome {
  /** Records that may not be lost. */
  readonly records: number;
  /** Refused records that say which they are: each leaves a marker in its place. */
  readonly markers: number;
  /** One for each refused record, or the payload itself. */
  readonly letters: readonly Letter[];
}

/** The bytes of a whole payload, or the text of a record: its spaces and escapes may be written in another way. */
export type Letter = { readonly payload: Uint8Array } | { readonly record: string };

export function expectedOutcome(payload: Buffer): ExpectedOutcome {
  const records = recordsOf(payload);
  if (records === undefined) {
    return { records: 0, markers: 0, letters: [{ payload }] };
  }
  const refused = records.filter((record) => !isAcceptable(record));
  return {
    records: records.length - refused.length,
    markers: refused.filter(saysWhichItIs).length,
    letters: refused.map((record) => ({ record: textOf(record) })),
  };
}

/** Of many letters in any order, in a few bytes: their number, and the sum of their hashes. */
export class LetterSum {
  count = 0;
  sum = 0n;

  add(letter: Letter): void {
    const content = 'payload' in letter ? letter.payload : letter.record;
    this.count += 1;
    this.sum += createHash('sha256').update(content).digest().readBigUInt64LE();
  }

  /** As it lies in the log. */
  addLogged({ value, headers = {} }: LogEntry): void {
    const bytes = Buffer.from(value ?? '');
    const isRecord = headers.index !== undefined;
    this.add(isRecord ? { record: textOf(JSON.parse(bytes.toString())) } : { payload: bytes });
  }
}

/** JSON.stringify has no stack for values of ten thousand levels: these are known by their depth. */
function textOf(record: unknown): string {
  let depth = 0;
  for (let value = record; isChain(value); value = Object.values(value)[0]) depth += 1;
  return depth > 1_000 ? `nested ${depth}` : JSON.stringify(record);
}

/** An array or object of one value. */
function isChain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 1;
}

function recordsOf(payload: Buffer): unknown[] | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
    const batch = JSON.parse(text) as { schema?: unknown; records?: unknown };
    const isBatch = Object.keys(batch).sort().join() === 'records,schema' && batch.schema === 1;
    if (!isBatch || !Array.isArray(batch.records)) return undefined;
    const { length } = batch.records;
    return length > 0 && length <= maxBatchRecords ? batch.records : undefined;
  } catch {
    return undefined;
  }
}

function isAcceptable(record: unknown): boolean {
  const checked = checkRecord(record);
  return checked.ok && checked.value.observedAt <= goldenNow + 5 * 60_000;
}

function saysWhichItIs(record: unknown): boolean {
  if (typeof record !== 'object' || record === null) return false;
  const { runId, seq } = record as { runId?: unknown; seq?: unknown };
  const isRunId =
    typeof runId === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(runId);
  return isRunId && Number.isSafeInteger(seq) && (seq as number) >= 0;
}
