import { OperatorError } from '@emotion-fleet/service';

/** The command itself is written wrongly; exit code 2 instead of 1. */
export function usageError(message: string): OperatorError {
  return new OperatorError('usage', message);
}
