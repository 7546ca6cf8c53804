import { messageValidators, type TimeResponse } from '@emotion-fleet/contracts';
import { readMessage } from '../read-message.ts';

/** The answer to a device that asks what time it is; undefined where it did not ask properly. */
export function answerTime(payload: Uint8Array, gatewayTime: number): TimeResponse | undefined {
  const request = readMessage(payload);
  if (!messageValidators.timeRequest.Check(request)) return undefined;
  return { schema: 1, requestId: request.requestId, gatewayTime };
}
