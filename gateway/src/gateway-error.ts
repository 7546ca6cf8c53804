import { CodedError } from '@emotion-fleet/service';

/** Why a publish is neither stored nor acked: the connection closes, and the device sends again. */
export type GatewayErrorCode = 'refused' | 'overloaded' | 'ack_timeout' | 'log_unavailable';

export class GatewayError extends CodedError<GatewayErrorCode> {
  override readonly name = 'GatewayError';
}
