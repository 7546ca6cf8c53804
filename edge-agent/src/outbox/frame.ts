import { crc32 } from 'node:zlib';
import type { RecordKind } from '@emotion-fleet/contracts';

/**
 * Framing of a segment file. A frame is
 *
 *     magic u32 | payload length u32 | CRC-32 of length and payload u32 | payload
 *
 * big-endian; the magic lets a reader find the next frame behind damaged bytes. The first frame of a segment
 * holds the run's id, each further one a record. A record's payload is
 *
 *     kind u8 | mask of times u8 | seq u48 | observedAt f64 | each further time f64 | JSON text
 *
 * with monotonic times in ms: a record gets its wall times when it is read, from its run's offset.
 */
const magic = Buffer.from('EFR\x01', 'latin1');
const headerBytes = 12;
const recordHeadBytes = 16;
/** A payload beyond this can only be a damaged length. */
export const maxPayloadBytes = 64 * 1024;
export const maxFrameBytes = headerBytes + maxPayloadBytes;

const segmentHead = 0;
const kinds = ['sample', 'visit', 'presence', 'gap'] as const satisfies readonly RecordKind[];
/** Times beside `observedAt`, in the order of their bits in the mask. */
export const timeFields = ['startedAt', 'fromAt', 'toAt'] as const;
export type TimeField = (typeof timeFields)[number];

/** A record as it lies on disk. */
export interface StoredRecord {
  readonly kind: RecordKind;
  readonly seq: number;
  /** Monotonic ms of the record's run. */
  readonly observedAtMs: number;
  /** Further times, monotonic ms of the record's run. */
  readonly times: Readonly<Partial<Record<TimeField, number>>>;
  /** The record's remaining fields: a JSON object without its opening brace. */
  readonly body: string;
}

export type Payload = { readonly runId: string } | StoredRecord;

export interface Frame {
  readonly payload: Payload;
  readonly start: number;
  readonly end: number;
}

export function encodeSegmentHead(runId: string): Buffer {
  return frameOf(Buffer.concat([Buffer.from([segmentHead]), Buffer.from(runId)]));
}

export function encodeRecord(record: StoredRecord): Buffer {
  const used = timeFields.filter((field) => record.times[field] !== undefined);
  const head = Buffer.alloc(recordHeadBytes + 8 * used.length);
  head.writeUInt8(kinds.indexOf(record.kind) + 1, 0);
  head.writeUInt8(
    used.reduce((mask, field) => mask | (1 << timeFields.indexOf(field)), 0),
    1,
  );
  head.writeUIntBE(record.seq, 2, 6);
  head.writeDoubleBE(record.observedAtMs, 8);
  used.forEach((field, index) =>
    head.writeDoubleBE(record.times[field] ?? 0, recordHeadBytes + 8 * index),
  );
  return frameOf(Buffer.concat([head, Buffer.from(record.body)]));
}

function frameOf(payload: Buffer): Buffer {
  const frame = Buffer.alloc(headerBytes + payload.length);
  magic.copy(frame, 0);
  frame.writeUInt32BE(payload.length, 4);
  payload.copy(frame, headerBytes);
  frame.writeUInt32BE(crc32(payload, crc32(frame.subarray(4, 8))), 8);
  return frame;
}

/** Every intact frame in `bytes`, in order; damaged or cut-off bytes between and behind them are skipped. */
export function* framesIn(bytes: Buffer): Generator<Frame> {
  let position = 0;
  while (position >= 0 && position < bytes.length) {
    const frame = frameAt(bytes, position);
    if (frame !== undefined) yield frame;
    position = frame === undefined ? bytes.indexOf(magic, position + 1) : frame.end;
  }
}

function frameAt(bytes: Buffer, start: number): Frame | undefined {
  const body = start + headerBytes;
  if (body > bytes.length || bytes.compare(magic, 0, 4, start, start + 4) !== 0) return undefined;
  const length = bytes.readUInt32BE(start + 4);
  const end = body + length;
  if (length > maxPayloadBytes || end > bytes.length) return undefined;
  const payload = bytes.subarray(body, end);
  const sum = crc32(payload, crc32(bytes.subarray(start + 4, start + 8)));
  if (sum !== bytes.readUInt32BE(start + 8)) return undefined;
  const decoded = decodePayload(payload);
  return decoded === undefined ? undefined : { payload: decoded, start, end };
}

function decodePayload(payload: Buffer): Payload | undefined {
  if (payload[0] === segmentHead) return { runId: payload.toString('utf8', 1) };
  const kind = kinds[(payload[0] ?? 0) - 1];
  if (kind === undefined || payload.length < recordHeadBytes) return undefined;
  const mask = payload.readUInt8(1);
  const used = timeFields.filter((_, bit) => (mask & (1 << bit)) !== 0);
  const times: Partial<Record<TimeField, number>> = {};
  used.forEach(
    (field, index) => (times[field] = payload.readDoubleBE(recordHeadBytes + 8 * index)),
  );
  return {
    kind,
    seq: payload.readUIntBE(2, 6),
    observedAtMs: payload.readDoubleBE(8),
    times,
    body: payload.toString('utf8', recordHeadBytes + 8 * used.length),
  };
}
