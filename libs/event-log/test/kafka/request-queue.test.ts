import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import { restIdleQueues, type RequestQueue } from '../../src/kafka/request-queue.ts';

interface WholeQueue extends RequestQueue {
  throttleCheckTimeoutId: unknown;
  push(request: unknown): void;
  maybeThrottle(clientSideThrottleTime: number): void;
  checkPendingRequests(): void;
  destroy(): void;
}

/** The queue of kafkajs itself, of which nothing is sent before it is throttled no more. */
function newQueue(): WholeQueue {
  const require = createRequire(import.meta.url);
  const Queue = require('kafkajs/src/network/requestQueue') as new (options: unknown) => WholeQueue;
  return new Queue({
    ...{ maxInFlightRequests: 1, requestTimeout: 30_000, enforceRequestTimeout: false },
    ...{ clientId: 'test', broker: 'localhost:1', logger: { debug: () => undefined } },
  });
}

function request(sent: number[], correlationId: number): unknown {
  return {
    ...{ entry: { correlationId, apiName: 'Fetch', apiKey: 1 }, expectResponse: true },
    sendRequest: () => sent.push(correlationId),
  };
}

it('sets no timer where nothing is pending', () => {
  restIdleQueues();
  const queue = newQueue();
  queue.checkPendingRequests();
  assert.equal(queue.throttleCheckTimeoutId, null);
});

it('sends what is pending once the throttling is over', (t) => {
  restIdleQueues();
  restIdleQueues();
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const queue = newQueue();
  const sent: number[] = [];
  queue.maybeThrottle(100);
  queue.push(request(sent, 7));
  assert.deepEqual(sent, []);
  assert.notEqual(queue.throttleCheckTimeoutId, null);
  t.mock.timers.tick(200);
  assert.deepEqual(sent, [7]);
  assert.equal(queue.throttleCheckTimeoutId, null);
  queue.destroy();
});
