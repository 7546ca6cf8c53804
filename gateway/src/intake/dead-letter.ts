import { channels, maxBatchBytes, mqttTopic, type RejectReason } from '@emotion-fleet/contracts';
import type { LogEntry } from '@emotion-fleet/event-log';

export interface Refusal {
  readonly deviceId: string;
  readonly receivedAt: number;
  readonly bytes: Uint8Array;
  readonly reason: RejectReason;
  /** What is wrong, never the value itself. */
  readonly detail: string;
  /** Place in the batch, where it is a record and not a whole payload. */
  readonly index?: number;
  readonly position?: { readonly runId: string; readonly seq: number } | undefined;
}

/** The original bytes, cut where they exceed the limit of a batch, with why and where from as headers. */
export function deadLetter(refusal: Refusal): LogEntry {
  const { deviceId, receivedAt, bytes, reason, detail, index, position } = refusal;
  return {
    key: deviceId,
    value: bytes.subarray(0, maxBatchBytes),
    headers: {
      reason,
      detail: detail.slice(0, 200),
      origin: mqttTopic(deviceId, channels.records),
      receivedAt: String(receivedAt),
      ...(bytes.byteLength > maxBatchBytes && { truncated: 'true' }),
      ...(index !== undefined && { index: String(index) }),
      ...(position !== undefined && { runId: position.runId, seq: String(position.seq) }),
    },
  };
}
