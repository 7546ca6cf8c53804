import { errors, types } from 'cassandra-driver';
import { OperatorError } from '@emotion-fleet/service';
import type { CassandraOptions } from './options.ts';

export type DriverFault = 'unavailable' | 'timeout';

const timeouts: readonly number[] = [
  types.responseErrorCodes.readTimeout,
  types.responseErrorCodes.writeTimeout,
];
const invalid: readonly number[] = [types.responseErrorCodes.invalid];
const unavailable: readonly number[] = [
  types.responseErrorCodes.unavailableException,
  types.responseErrorCodes.overloaded,
  types.responseErrorCodes.isBootstrapping,
  types.responseErrorCodes.truncateError,
  types.responseErrorCodes.serverError,
  types.responseErrorCodes.readFailure,
  types.responseErrorCodes.writeFailure,
];

/**
 * cassandra-driver 4.10.0 throws a bare error with these words where a statement is prepared while a host that is up has
 * no connection yet: in the tenth of a second after a node came back.
 */
const noConnection = 'No connection available';

/** What kind of expected failure a driver's error is; undefined where it is a defect of ours. */
export function driverFault(error: unknown): DriverFault | undefined {
  if (error instanceof errors.OperationTimedOutError) return 'timeout';
  if (error instanceof errors.NoHostAvailableError) {
    const inner = Object.values(error.innerErrors as Record<string, unknown>);
    const allSlow = inner.length > 0 && inner.every((cause) => driverFault(cause) === 'timeout');
    return allSlow ? 'timeout' : 'unavailable';
  }
  if (error instanceof errors.BusyConnectionError) return 'unavailable';
  if (error instanceof errors.ResponseError) {
    if (timeouts.includes(error.code)) return 'timeout';
    if (unavailable.includes(error.code)) return 'unavailable';
  }
  if (error instanceof Error && 'isSocketError' in error && error.isSocketError === true) {
    return 'unavailable';
  }
  if (error instanceof Error && error.message === noConnection) return 'unavailable';
  return undefined;
}

/** True where the table of a statement is not known to the node (yet). */
export function isUnknownTable(error: unknown): boolean {
  return (
    error instanceof errors.ResponseError &&
    invalid.includes(error.code) &&
    error.message.includes('does not exist')
  );
}

/** Why the first connection fails, as the sentence that a person gets to see; anything else as it came. */
export function connectError(error: unknown, options: CassandraOptions): unknown {
  const addresses = options.contactPoints.join(', ');
  const causes: unknown[] = [error];
  if (error instanceof errors.NoHostAvailableError) {
    causes.push(...Object.values(error.innerErrors as Record<string, unknown>));
  }
  if (causes.some((cause) => cause instanceof errors.AuthenticationError)) {
    return new OperatorError(
      'store_login_refused',
      `Cassandra at ${addresses} refuses the user name or password; correct them.`,
      { cause: error },
    );
  }
  const isOtherDataCenter = (cause: unknown): boolean =>
    cause instanceof errors.ArgumentError && cause.message.includes('localDataCenter');
  if (causes.some(isOtherDataCenter)) {
    return new OperatorError(
      'unknown_data_center',
      `Cassandra at ${addresses} has no data centre "${options.localDataCenter}"; name the one that these nodes are in.`,
      { cause: error },
    );
  }
  if (driverFault(error) === undefined) return error;
  return new OperatorError(
    'store_unreachable',
    `Cassandra doesn't answer at ${addresses}; start it or correct the addresses.`,
    { cause: error },
  );
}
