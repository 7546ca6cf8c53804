import assert from 'node:assert/strict';
import { it } from 'node:test';
import { policies, types } from 'cassandra-driver';
import { RetryOncePolicy } from '../../src/cassandra/retry-policy.ts';

type Info = policies.retry.OperationInfo;

// The driver's types have these in another place.
const { retry, rethrow } = (
  policies.retry.RetryPolicy as unknown as { retryDecision: Record<'retry' | 'rethrow', number> }
).retryDecision;
const level = types.consistencies.localQuorum;
const policy = new RetryOncePolicy();

const request = (nbRetry: number, isIdempotent = true) =>
  ({ nbRetry, executionOptions: { isIdempotent: () => isIdempotent } }) as unknown as Info;

/** What goes wrong, and whether the same node is asked again. */
const faults = {
  'too few replicas alive': [(info: Info) => policy.onUnavailable(info, level), false],
  'a broken connection': [(info: Info) => policy.onRequestError(info, level), false],
  'a replica too slow to read': [(info: Info) => policy.onReadTimeout(info, level), true],
  'a replica too slow to write': [(info: Info) => policy.onWriteTimeout(info, level), true],
} as const;

for (const [what, [decide, useCurrentHost]] of Object.entries(faults)) {
  it(`sends a request once more after ${what}, at the level that was asked for`, () => {
    assert.deepEqual(decide(request(0)), { decision: retry, consistency: level, useCurrentHost });
    assert.equal(decide(request(1)).decision, rethrow);
  });

  it(`never sends a conditional statement again after ${what}`, () => {
    assert.equal(decide(request(0, false)).decision, rethrow);
  });
}
