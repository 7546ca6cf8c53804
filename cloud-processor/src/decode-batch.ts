import { decodeLogged, type LoggedRecord, type RejectedMarker } from '@emotion-fleet/contracts';
import type { StoredLogEntry } from '@emotion-fleet/event-log';
import type { RecordRow } from '@emotion-fleet/observation-store';

/** A log message that says nothing readable. */
export interface BadEntry {
  readonly offset: number;
  readonly reason: string;
  readonly detail: string;
}

export interface DecodedBatch {
  /** Records and markers in the order of the log. */
  readonly logged: readonly LoggedRecord[];
  readonly bad: readonly BadEntry[];
}

/** Reads the messages of a batch one by one, so that a bad one takes nothing else with it. */
export function decodeBatch(entries: readonly StoredLogEntry[]): DecodedBatch {
  const logged: LoggedRecord[] = [];
  const bad: BadEntry[] = [];
  for (const { offset, key, value } of entries) {
    if (value === null) {
      bad.push({ offset, reason: 'empty', detail: 'no value' });
      continue;
    }
    const decoded = decodeLogged(value);
    if (!decoded.ok) {
      bad.push({ offset, reason: decoded.reason, detail: decoded.detail });
    } else if (decoded.value.deviceId !== key) {
      // Under another's key a device would be in two partitions at once, and nobody would own its windows.
      bad.push({ offset, reason: 'wrong_key', detail: 'the key is not the device' });
    } else {
      logged.push(decoded.value);
    }
  }
  return { logged, bad };
}

/** How far the log has come: the latest arrival, epoch ms. */
export function logTimeOf(logged: readonly LoggedRecord[]): number {
  return logged.reduce((latest, { receivedAt }) => Math.max(latest, receivedAt), -Infinity);
}

export function isMarker(logged: LoggedRecord): logged is LoggedRecord<RejectedMarker> {
  return logged.record.kind === 'rejected';
}

export function isRecordRow(logged: LoggedRecord): logged is RecordRow {
  return !isMarker(logged);
}
