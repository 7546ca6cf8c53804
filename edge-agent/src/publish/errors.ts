import { CodedError } from '@emotion-fleet/service';

export type PublishErrorCode =
  /** The broker doesn't answer, or not in time. */
  | 'unreachable'
  /** The broker knows the device and won't have it, or doesn't know it. */
  | 'refused'
  /** The connection has gone; what was not acked is sent again on the next one. */
  | 'connection_lost'
  /** No ack within the time that a healthy gateway needs. */
  | 'ack_overdue';

export class PublishError extends CodedError<PublishErrorCode> {
  override readonly name = 'PublishError';
}
