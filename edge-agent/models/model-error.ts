import { OperatorError } from '@emotion-fleet/service';

/** Why a model can't be used; `message` is one clear sentence for the operator. */
export type ModelErrorCode =
  | 'model_card_invalid'
  | 'model_source_missing'
  | 'model_source_changed'
  | 'model_unsupported_operation'
  | 'model_file_missing'
  | 'model_sha256_mismatch'
  | 'model_unreachable'
  | 'model_lfs_pointer'
  | 'model_cache_unwritable'
  | 'inference_unavailable'
  | 'model_shape_unexpected';

export class ModelError extends OperatorError {
  declare readonly code: ModelErrorCode;
  override readonly name = 'ModelError';

  constructor({
    code,
    message,
    ...rest
  }: {
    code: ModelErrorCode;
    message: string;
    cause?: unknown;
  }) {
    super(code, message, rest);
  }
}
