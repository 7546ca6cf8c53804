import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { errors, types } from 'cassandra-driver';
import { driverFault } from '../../src/cassandra/driver-error.ts';

/** What the driver itself throws when it borrows a connection of a host that has none. */
function borrowWithoutConnection(): unknown {
  const require = createRequire(import.meta.url);
  const { Host } = require('cassandra-driver/lib/host') as {
    Host: new (...parameters: unknown[]) => { borrowConnection(): unknown };
  };
  const { defaultOptions } = require('cassandra-driver/lib/client-options') as {
    defaultOptions(): unknown;
  };
  const host = new Host('127.0.0.1:1', 4, defaultOptions(), undefined);
  try {
    return host.borrowConnection();
  } catch (error) {
    return error;
  }
}

it('knows the bare error of a host that is up and has no connection yet', () => {
  assert.equal(driverFault(borrowWithoutConnection()), 'unavailable');
});

it('tells slow nodes from missing ones', () => {
  const { NoHostAvailableError, OperationTimedOutError, ResponseError } = errors;
  const slow = new OperationTimedOutError('too slow', 'a:1');
  const gone = Object.assign(new Error('closed'), { isSocketError: true });
  assert.equal(driverFault(slow), 'timeout');
  assert.equal(driverFault(gone), 'unavailable');
  assert.equal(driverFault(new NoHostAvailableError({ 'a:1': slow })), 'timeout');
  assert.equal(driverFault(new NoHostAvailableError({ 'a:1': slow, 'b:1': gone })), 'unavailable');
  assert.equal(driverFault(new NoHostAvailableError({})), 'unavailable');
  const { readTimeout, overloaded, syntaxError } = types.responseErrorCodes;
  assert.equal(driverFault(new ResponseError(readTimeout, 'slow')), 'timeout');
  assert.equal(driverFault(new ResponseError(overloaded, 'busy')), 'unavailable');
  assert.equal(driverFault(new ResponseError(syntaxError, 'no CQL')), undefined);
  assert.equal(driverFault(new TypeError('a defect')), undefined);
});
