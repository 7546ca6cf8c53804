import { v5 as uuidV5 } from 'uuid';

/** Namespace of record ids; changing it would give every record a second identity. */
const recordNamespace = '6f1c2d1e-6a54-4c0b-9f0a-3f5b7c9e2a10';

/** Lower-case letters, digits and hyphens; safe in topics, file names and URLs. */
export const idPattern = '^[a-z0-9][a-z0-9-]{0,62}$';
const idExpression = new RegExp(idPattern);

/** True for a legal device or site id. */
export function isId(value: string): boolean {
  return idExpression.test(value);
}

/** Where a record stands: who said it, in which run, as which. */
export interface RecordIdentity {
  readonly deviceId: string;
  readonly runId: string;
  readonly seq: number;
}

/** The unique id of a record: UUID v5 of `deviceId/runId/seq` (RFC 9562, section 5.5). */
export function recordId({ deviceId, runId, seq }: RecordIdentity): string {
  return uuidV5(`${deviceId}/${runId}/${String(seq)}`, recordNamespace);
}
