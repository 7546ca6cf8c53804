import { Compile } from 'typebox/compile';
import { Type } from 'typebox';
import {
  checkBatch,
  checkRecord,
  encodeLogged,
  maxBatchBytes,
  maxClockAheadMs,
  SampleRecord,
  Seq,
  type Checked,
  type DeviceRecord,
  type RejectReason,
} from '@emotion-fleet/contracts';
import type { LogEntry } from '@emotion-fleet/event-log';
import { deadLetter } from './dead-letter.ts';
import { elementTexts } from './json-elements.ts';

export interface ReceivedPayload {
  readonly deviceId: string;
  readonly payload: Uint8Array;
  /** The gateway's clock when the payload came, the same for all its records. */
  readonly receivedAt: number;
}

export interface CheckedPayload {
  /** Accepted records and `rejected` markers, in the order of the batch. */
  readonly entries: readonly LogEntry[];
  readonly deadLetters: readonly LogEntry[];
  readonly accepted: number;
  /** One for each record that can never be accepted; one for a payload that cannot be read at all. */
  readonly rejected: readonly RejectReason[];
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const identity = Compile(
  Type.Object({ runId: SampleRecord.properties.runId, seq: Seq }, { additionalProperties: true }),
);

/** Sorts a payload of the records channel into what is accepted and what can never be. */
export function checkPayload(received: ReceivedPayload): CheckedPayload {
  const batch = readBatch(received.payload);
  if (!batch.ok) {
    const { reason, detail } = batch;
    const letter = deadLetter({ ...received, bytes: received.payload, reason, detail });
    return { entries: [], deadLetters: [letter], accepted: 0, rejected: [reason] };
  }
  return checkRecords(received, batch.value);
}

interface ParsedBatch {
  readonly text: string;
  readonly records: readonly unknown[];
}

function readBatch(payload: Uint8Array): Checked<ParsedBatch> {
  if (payload.byteLength > maxBatchBytes) {
    return { ok: false, reason: 'too_large', detail: `more than ${maxBatchBytes} bytes` };
  }
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(payload);
    value = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not_json', detail: 'not JSON in UTF-8' };
  }
  const batch = checkBatch(value);
  return batch.ok ? { ok: true, value: { text, records: batch.value.records } } : batch;
}

function checkRecords(received: ReceivedPayload, { text, records }: ParsedBatch): CheckedPayload {
  const { deviceId, receivedAt } = received;
  const entries: LogEntry[] = [];
  const deadLetters: LogEntry[] = [];
  const rejected: RejectReason[] = [];
  let texts: string[] | undefined;
  records.forEach((value, index) => {
    const checked = checkOne(value, receivedAt);
    if (checked.ok) {
      entries.push(logEntry(deviceId, receivedAt, checked.value));
      return;
    }
    const { reason, detail } = checked;
    texts ??= elementTexts(text, 'records');
    const bytes = Buffer.from(texts[index] ?? '');
    const position = identity.Check(value) ? { runId: value.runId, seq: value.seq } : undefined;
    deadLetters.push(deadLetter({ ...received, bytes, reason, detail, index, position }));
    rejected.push(reason);
    if (position === undefined) return;
    entries.push(
      logEntry(deviceId, receivedAt, { schema: 1, kind: 'rejected', ...position, reason }),
    );
  });
  return { entries, deadLetters, accepted: records.length - rejected.length, rejected };
}

function checkOne(value: unknown, receivedAt: number): Checked<DeviceRecord> {
  const checked = checkRecord(value);
  if (checked.ok && checked.value.observedAt > receivedAt + maxClockAheadMs) {
    return { ok: false, reason: 'observed_ahead', detail: 'observedAt is ahead of the clock' };
  }
  return checked;
}

function logEntry(
  deviceId: string,
  receivedAt: number,
  record: Parameters<typeof encodeLogged>[0]['record'],
): LogEntry {
  return { key: deviceId, value: encodeLogged({ deviceId, receivedAt, record }) };
}
