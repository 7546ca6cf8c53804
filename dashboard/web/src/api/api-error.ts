/** Codes of our own, for what never reached the API; all others come from its problem bodies. */
type ClientErrorCode = 'network_unreachable' | 'timed_out' | 'bad_response';

/** A failed API call. `message` is one sentence for a person. */
export class ApiError extends Error {
  /** One of ours, or the `code` of the API's problem body. */
  readonly code: string;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(options: {
    code: ClientErrorCode | (string & {});
    status: number;
    message: string;
    cause?: unknown;
  }) {
    super(options.message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = options.code;
    this.status = options.status;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Any thrown value as an `ApiError`, so that every error state can name a code. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = 'The answer of the server could not be read.';
  return new ApiError({ code: 'bad_response', status: 0, message, cause: error });
}
