import type { ConfigRefusal } from '@emotion-fleet/contracts';
import { CodedError } from '@emotion-fleet/service';

/** Why a desired configuration is not taken; `message` is one sentence for the operator. */
export class ConfigRefused extends CodedError<ConfigRefusal> {
  override readonly name = 'ConfigRefused';
}
