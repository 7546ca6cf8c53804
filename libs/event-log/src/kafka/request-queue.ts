import { createRequire } from 'node:module';

/** The part of the queue of one broker connection that is mended here; private to kafkajs. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Sets a timer after which what is pending is looked at. */
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

const require = createRequire(import.meta.url);
let isMended = false;

/**
 * kafkajs 2.2.4: each look at the requests that are pending sets a timer for the next one, and where nothing is pending
 * that of a negative time: a thousand wake-ups a second for each connection, as long as it lives, and a warning of
 * Node's. What comes to be pending sets the timer anyway. Once for the process.
 */
export function restIdleQueues(): void {
  if (isMended) return;
  isMended = true;
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}
