import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Problem } from '@emotion-fleet/contracts/api';
import { EventLogError } from '@emotion-fleet/event-log';
import { ObservationStoreError } from '@emotion-fleet/observation-store';
import { ApiError, apiErrorStatus, type ApiErrorCode } from '../api-error.ts';

/** What clients see of an error: an ApiError's own sentence, and of a defect nothing but that it is one. */
function toProblem(error: unknown): Problem {
  const { code, message } = toApiError(error);
  return {
    type: 'about:blank',
    title: titles[code],
    status: apiErrorStatus[code],
    detail: message,
    code,
  };
}

export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = toProblem(error);
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problem);
}

/** Every error leaves as RFC 9457; defects are logged with all that is known. */
export function registerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) {
      request.log.error({ err: error, code: problem.code, url: request.url }, 'request failed');
    }
    return sendProblem(reply, error);
  });
}

const titles: Readonly<Record<ApiErrorCode, string>> = {
  bad_parameter: 'A parameter is not valid',
  bad_range: 'The time range is not valid',
  range_too_long: 'The time range is too long',
  foreign_host: 'This host name is not served',
  foreign_origin: 'Another page may not change anything here',
  not_found: 'Not found',
  no_such_site: 'No such site',
  no_such_device: 'No such device',
  not_acceptable: 'This is a stream of events',
  config_conflict: 'The configuration was changed meanwhile',
  too_many_requests: 'Too many requests',
  too_many_streams: 'Too many live streams',
  store_unavailable: 'The store does not answer',
  log_unavailable: 'The event log does not answer',
  internal: 'Something went wrong',
};

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ObservationStoreError) {
    return new ApiError('store_unavailable', 'The store does not answer; try again soon.');
  }
  if (error instanceof EventLogError) {
    return new ApiError('log_unavailable', 'The event log does not answer; try again soon.');
  }
  const fastifyError = error as Partial<FastifyError>;
  if (fastifyError.validation !== undefined) {
    return new ApiError('bad_parameter', describeValidation(fastifyError as FastifyError));
  }
  if (fastifyError.statusCode === 429) {
    return new ApiError('too_many_requests', 'Too many requests; try again in a minute.');
  }
  if (fastifyError.statusCode !== undefined && fastifyError.statusCode < 500) {
    return new ApiError('bad_parameter', fastifyError.message ?? 'The request is not valid.');
  }
  return new ApiError('internal', 'The server failed to answer; its log says why.');
}

/** Names the parameter or field: `Query parameter "from" must match format "date-time".` */
function describeValidation({ validation = [], validationContext }: FastifyError): string {
  const where = partNames[validationContext ?? ''] ?? 'Query parameter';
  const unknown = names(validation, 'additionalProperties');
  if (unknown.length > 0) return `${where} "${unknown[0]!}" is not known.`;
  const missing = names(validation, 'requiredProperties');
  if (missing.length > 0) return `${where} "${missing[0]!}" is missing.`;
  const [fault] = validation;
  const path = fault?.instancePath.slice(1) ?? '';
  const name = validationContext === 'body' ? path : (path.split('/')[0] ?? '');
  if (name === '') return 'The body has to be JSON of the form in the documentation.';
  return `${where} "${name}" ${fault?.message ?? 'is not valid'}.`;
}

const partNames: Readonly<Record<string, string>> = { params: 'Path parameter', body: 'Field' };

function names(
  validation: NonNullable<FastifyError['validation']>,
  parameter: 'additionalProperties' | 'requiredProperties',
): string[] {
  return validation.flatMap(({ params, instancePath }) => {
    const value = params[parameter];
    const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
    return names.map((name) => `${instancePath}/${name}`.slice(1));
  });
}
