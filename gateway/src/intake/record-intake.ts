import { logTopics } from '@emotion-fleet/contracts';
import { EventLogError, type EventLog } from '@emotion-fleet/event-log';
import type { HopCounter } from '@emotion-fleet/service';
import { GatewayError } from '../gateway-error.ts';
import { checkPayload } from './check-payload.ts';

export interface RecordIntakeOptions {
  readonly eventLog: EventLog;
  readonly clock: { now(): number };
  readonly counter: HopCounter;
}

/** From the records channel to the log. */
export class RecordIntake {
  readonly #options: RecordIntakeOptions;
  #markers = 0;

  constructor(options: RecordIntakeOptions) {
    this.#options = options;
  }

  /** `rejected` markers written; with the records forwarded they are all that stands in the log. */
  get markers(): number {
    return this.#markers;
  }

  /**
   * Resolves when the log has every record of the payload, a marker or a dead letter for it included.
   *
   * INVARIANT: both appends are issued before anything is awaited, so that two batches of a device reach the
   * log in the order in which they came.
   * @throws GatewayError `log_unavailable`
   */
  async take(deviceId: string, payload: Uint8Array): Promise<void> {
    const { eventLog, clock, counter } = this.#options;
    const receivedAt = clock.now();
    const { entries, deadLetters, accepted, rejected } = checkPayload({
      deviceId,
      payload,
      receivedAt,
    });
    const records = accepted + rejected.length;
    counter.receive(records);
    const appends: Promise<void>[] = [];
    if (deadLetters.length > 0) appends.push(eventLog.append(logTopics.deadLetters, deadLetters));
    if (entries.length > 0) appends.push(eventLog.append(logTopics.faceEmotions, entries));
    const failed = (await Promise.allSettled(appends)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) {
      const cause = (failed as PromiseRejectedResult).reason as unknown;
      const code = cause instanceof EventLogError ? cause.code : 'defect';
      counter.drop(`log_${code}`, records);
      throw new GatewayError('log_unavailable', 'the log did not take the batch', { cause });
    }
    if (accepted > 0) counter.forward(accepted);
    for (const reason of rejected) counter.drop(reason, 1);
    this.#markers += entries.length - accepted;
  }
}
