import { Compile } from 'typebox/compile';
import { scoredEmotions, scoreSumTolerance, type Scores } from './emotions.ts';
import {
  type DeviceRecord,
  GapRecord,
  PresenceRecord,
  RecordBatch,
  SampleRecord,
  VisitRecord,
} from './records.ts';

/** Why a payload or a record can never be accepted. A closed list: metrics and dead letters carry it. */
export const rejectReasons = [
  'not_json',
  'too_large',
  'bad_batch',
  'unknown_kind',
  'unknown_schema',
  'bad_shape',
  'bad_value',
  'observed_ahead',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

export type Checked<T> =
  { ok: true; value: T } | { ok: false; reason: RejectReason; detail: string };

const validators = {
  sample: Compile(SampleRecord),
  visit: Compile(VisitRecord),
  presence: Compile(PresenceRecord),
  gap: Compile(GapRecord),
} as const;
const batchValidator = Compile(RecordBatch);

/** Checks shape and meaning of one record; the gateway's and the edge's tests share it. */
export function checkRecord(value: unknown): Checked<DeviceRecord> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject('bad_shape', 'a record is an object');
  }
  const { kind, schema } = value as { kind?: unknown; schema?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(validators, kind)) {
    return reject('unknown_kind', 'kind is not sample, visit, presence or gap');
  }
  if (schema !== 1) return reject('unknown_schema', 'schema is not 1');
  const validator = validators[kind as keyof typeof validators];
  if (!validator.Check(value)) return reject('bad_shape', firstError(validator, value));
  const record: DeviceRecord = value;
  const fault = faultOf(record);
  return fault === undefined ? { ok: true, value: record } : reject('bad_value', fault);
}

/** Checks the frame of a batch, not its records. */
export function checkBatch(value: unknown): Checked<RecordBatch> {
  return batchValidator.Check(value)
    ? { ok: true, value }
    : reject('bad_batch', firstError(batchValidator, value));
}

/** The first fault that a compiled schema finds, as `path: message`; never the value itself. */
export function firstError(
  validator: { Errors(value: unknown): Iterable<{ instancePath: string; message: string }> },
  value: unknown,
): string {
  for (const error of validator.Errors(value)) {
    return `${error.instancePath === '' ? '/' : error.instancePath}: ${error.message}`;
  }
  return 'does not match its schema';
}

/** Meaning that a schema can't say. */
function faultOf(record: DeviceRecord): string | undefined {
  switch (record.kind) {
    case 'sample':
      return sampleFault(record);
    case 'visit':
      if (record.endedAt < record.startedAt) return 'endedAt is before startedAt';
      if (record.endedAt !== record.observedAt) return 'endedAt differs from observedAt';
      if (record.readableMs > 0 && record.scores === undefined) return 'readable without scores';
      return scoresFault(record.scores);
    case 'presence':
      if (record.observedAt < record.startedAt) return 'observedAt is before startedAt';
      if (record.runs.some((run) => run.ackedBelow > run.headSeq))
        return 'ackedBelow exceeds headSeq';
      return undefined;
    case 'gap':
      if (record.toSeq < record.fromSeq) return 'toSeq is below fromSeq';
      if (record.fromAt !== undefined && record.toAt !== undefined && record.toAt < record.fromAt) {
        return 'toAt is before fromAt';
      }
      return undefined;
  }
}

function sampleFault(record: SampleRecord): string | undefined {
  const { face, frame } = record;
  if (face.x + face.width > frame.width + 1 || face.y + face.height > frame.height + 1) {
    return 'face is outside the frame';
  }
  if ((record.emotion === 'uncertain') !== (record.uncertainReason !== undefined)) {
    return 'uncertainReason goes with emotion uncertain, and only with it';
  }
  if (record.emotion !== 'uncertain' && record.scores === undefined)
    return 'emotion without scores';
  return scoresFault(record.scores);
}

function scoresFault(scores: Scores | undefined): string | undefined {
  if (scores === undefined) return undefined;
  const sum = scoredEmotions.reduce((total, emotion) => total + scores[emotion], 0);
  return Math.abs(sum - 1) > scoreSumTolerance ? 'scores do not sum to 1' : undefined;
}

function reject(
  reason: RejectReason,
  detail: string,
): { ok: false; reason: RejectReason; detail: string } {
  return { ok: false, reason, detail };
}
