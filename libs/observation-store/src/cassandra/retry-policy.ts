import { policies, type types } from 'cassandra-driver';

type RequestInfo = policies.retry.OperationInfo;
type Decision = policies.retry.DecisionInfo;
type Level = types.consistencies;

/**
 * A request that failed is sent once more where that can help, and then the caller decides (the processor keeps its
 * offset and pauses): more attempts against nodes that are too slow would make them slower.
 *
 * - too few replicas alive, or a broken connection: another node
 * - a replica too slow: the same node again
 * - a conditional statement (not idempotent: the first attempt may have been applied): never
 */
export class RetryOncePolicy extends policies.retry.RetryPolicy {
  override onUnavailable(info: RequestInfo, level: Level): Decision {
    return this.#once(info, level, false);
  }

  override onRequestError(info: RequestInfo, level: Level): Decision {
    return this.#once(info, level, false);
  }

  override onReadTimeout(info: RequestInfo, level: Level): Decision {
    return this.#once(info, level, true);
  }

  override onWriteTimeout(info: RequestInfo, level: Level): Decision {
    return this.#once(info, level, true);
  }

  #once(info: RequestInfo, level: Level, useCurrentHost: boolean): Decision {
    return info.nbRetry === 0 && info.executionOptions.isIdempotent()
      ? this.retryResult(level, useCurrentHost)
      : this.rethrowResult();
  }
}
