import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Problem } from '@emotion-fleet/contracts/api';
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
  bad_body: 'The body is not valid',
  bad_range: 'The time range is not valid',
  range_too_long: 'The time range is too long',
  foreign_host: 'This host name is not served',
  foreign_origin: 'This origin may not write',
  not_found: 'Not found',
  no_such_site: 'No such site',
  no_such_device: 'No such device',
  not_acceptable: 'This is a stream of events',
  config_conflict: 'The configuration was changed meanwhile',
  body_too_long: 'The body is too long',
  not_json: 'The body is not JSON',
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
  const fastifyError = error as Partial<FastifyError>;
  if (fastifyError.validation !== undefined) {
    return toValidationError(fastifyError as FastifyError);
  }
  if (fastifyError.statusCode === 429) {
    return new ApiError('too_many_requests', 'Too many requests; try again in a minute.');
  }
  if (fastifyError.statusCode === 415) {
    return new ApiError('not_json', 'Send the body as "content-type: application/json".');
  }
  if (fastifyError.statusCode === 413) {
    return new ApiError('body_too_long', 'The body is longer than any configuration.');
  }
  if (fastifyError.statusCode !== undefined && fastifyError.statusCode < 500) {
    return new ApiError('bad_parameter', fastifyError.message ?? 'The request is not valid.');
  }
  return new ApiError('internal', 'The server failed to answer; its log says why.');
}

function toValidationError(error: FastifyError): ApiError {
  const { validation = [], validationContext } = error;
  if (validationContext === 'body') return new ApiError('bad_body', describeBody(validation));
  return new ApiError('bad_parameter', describeParameter(error));
}

type Validation = NonNullable<FastifyError['validation']>;

/** Names the field: `Body field "settings.analysisFps" must be <= 30.` */
function describeBody(validation: Validation): string {
  const faults = ofMeantAlternatives(validation);
  // Of what is left, the one that fits furthest says best what is wrong.
  const depth = ({ instancePath }: { instancePath: string }) => instancePath.split('/').length;
  const deepest = faults.reduce((most, fault) => Math.max(most, depth(fault)), 0);
  const fault = faults.find((one) => depth(one) === deepest);
  if (fault === undefined) return 'The body is not valid.';
  const path = fault.instancePath.split('/').slice(1);
  const [name] = [
    ...names([fault], 'additionalProperties'),
    ...names([fault], 'requiredProperties'),
  ];
  if (name === undefined && path.length === 0)
    return `The body ${fault.message ?? 'is not valid'}.`;
  const where = `Body field "${[...path, ...(name === undefined ? [] : [name])].join('.')}"`;
  if (name === undefined) return `${where} ${fault.message ?? 'is not valid'}.`;
  return `${where} is ${fault.keyword === 'required' ? 'missing' : 'not known'}.`;
}

/** Without the faults of alternatives that are of another kind than what was sent, unless there are no others. */
function ofMeantAlternatives(validation: Validation): Validation {
  // An unknown field is told twice: by where it stands, and by the schema `false` that it should fit.
  const faults = validation.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean');
  const alternative = ({ schemaPath }: { schemaPath: string }) =>
    /^.*\/anyOf\/\d+/.exec(schemaPath)?.[0];
  const isOtherKind = new Set(
    faults.filter(({ keyword }) => keyword === 'const' || keyword === 'enum').map(alternative),
  );
  const meant = faults.filter((fault) => !isOtherKind.has(alternative(fault)));
  return meant.length > 0 ? meant : faults;
}

/** Names the parameter: `Query parameter "from" must match format "date-time".` */
function describeParameter({ validation = [], validationContext }: FastifyError): string {
  const where = validationContext === 'params' ? 'Path parameter' : 'Query parameter';
  const unknown = names(validation, 'additionalProperties');
  if (unknown.length > 0) return `${where} "${unknown[0]!}" is not known.`;
  const missing = names(validation, 'requiredProperties');
  if (missing.length > 0) return `${where} "${missing[0]!}" is missing.`;
  const [fault] = validation;
  const name = fault?.instancePath.split('/')[1] ?? '';
  return `${where} "${name}" ${fault?.message ?? 'is not valid'}.`;
}

function names(
  validation: Validation,
  parameter: 'additionalProperties' | 'requiredProperties',
): string[] {
  return validation.flatMap(({ params }) => {
    const value = params[parameter];
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  });
}
