import { CodedError } from '@emotion-fleet/service';

export type OutboxErrorCode =
  /** The folder can't be made or written. */
  | 'folder_unwritable'
  /** `append` before `start` or after `stop`. */
  | 'not_running';

export class OutboxError extends CodedError<OutboxErrorCode> {
  override readonly name = 'OutboxError';
}
