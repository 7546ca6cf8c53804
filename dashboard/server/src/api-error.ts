import { CodedError } from '@emotion-fleet/service';

/** Everything that a client of the API can have done wrong or run into, with its HTTP status. */
export const apiErrorStatus = {
  bad_parameter: 400,
  bad_body: 400,
  bad_range: 400,
  range_too_long: 400,
  foreign_host: 403,
  foreign_origin: 403,
  not_found: 404,
  no_such_site: 404,
  no_such_device: 404,
  not_acceptable: 406,
  config_conflict: 409,
  body_too_long: 413,
  not_json: 415,
  too_many_requests: 429,
  too_many_streams: 503,
  store_unavailable: 503,
  log_unavailable: 503,
  internal: 500,
} as const;
export type ApiErrorCode = keyof typeof apiErrorStatus;

/** An answer other than 2xx; its message is shown to the client. */
export class ApiError extends CodedError<ApiErrorCode> {
  override readonly name = 'ApiError';

  get status(): number {
    return apiErrorStatus[this.code];
  }
}
