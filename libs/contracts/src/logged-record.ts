import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { idPattern } from './ids.ts';
import { schemaVersion } from './limits.ts';
import { checkRecord, firstError, rejectReasons, type Checked } from './record-check.ts';
import { EpochMs, Seq, type DeviceRecord } from './records.ts';

/** Stands in `face-emotions` where a record stood that can never be accepted; written by the gateway alone. */
export const RejectedMarker = Type.Object(
  {
    schema: Type.Literal(schemaVersion),
    kind: Type.Literal('rejected'),
    runId: Type.String({ maxLength: 36 }),
    seq: Seq,
    reason: Type.Enum(rejectReasons),
  },
  { additionalProperties: false },
);
export type RejectedMarker = Static<typeof RejectedMarker>;

/** One message of `face-emotions`. `deviceId` comes from the connection, never from the payload. */
export interface LoggedRecord<
  R extends DeviceRecord | RejectedMarker = DeviceRecord | RejectedMarker,
> {
  readonly deviceId: string;
  /** When the gateway got it, epoch ms. Two deliveries of one record differ in this alone. */
  readonly receivedAt: number;
  readonly record: R;
}

const envelope = Compile(
  Type.Object(
    { deviceId: Type.String({ pattern: idPattern }), receivedAt: EpochMs, record: Type.Object({}) },
    { additionalProperties: false },
  ),
);
const marker = Compile(RejectedMarker);
const decoder = new TextDecoder('utf-8', { fatal: true });

export function encodeLogged(logged: LoggedRecord): Uint8Array {
  // Small buffers share a pool: a quarter of what TextEncoder takes, once for each record of the fleet.
  return Buffer.from(JSON.stringify(logged));
}

/** Reads one log message back; checks it again, since other writers may share the log. */
export function decodeLogged(bytes: Uint8Array): Checked<LoggedRecord> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return { ok: false, reason: 'not_json', detail: 'not JSON' };
  }
  if (!envelope.Check(value))
    return { ok: false, reason: 'bad_shape', detail: firstError(envelope, value) };
  const { deviceId, receivedAt, record } = value;
  if (marker.Check(record)) {
    return { ok: true, value: { deviceId, receivedAt, record } };
  }
  const checked = checkRecord(record);
  return checked.ok
    ? { ok: true, value: { deviceId, receivedAt, record: checked.value } }
    : checked;
}
