import {
  configValidators,
  logTopics,
  messageValidators,
  type LogTopic,
  type Received,
  type StatusMessage,
} from '@emotion-fleet/contracts';
import type { EventLog } from '@emotion-fleet/event-log';
import { GatewayError } from '../gateway-error.ts';
import { maxConfigBytes, readMessage } from '../read-message.ts';
import { mayReplace } from './status-order.ts';

export interface StatusIntakeOptions {
  readonly eventLog: EventLog;
  readonly clock: { now(): number };
}

/** What became of a message; all are acked. */
export type MessageOutcome = 'accepted' | 'bad_message' | 'outdated' | 'log_unavailable';

export interface StatusDelivery {
  readonly deviceId: string;
  readonly payload: Uint8Array;
  readonly live: boolean;
}

const encoder = new TextEncoder();

/** From the status, health and config/reported channels to their topics of the log. */
export class StatusIntake {
  readonly #options: StatusIntakeOptions;
  readonly #standing = new Map<string, Pick<StatusMessage, 'state' | 'connectSeq'>>();

  constructor(options: StatusIntakeOptions) {
    this.#options = options;
  }

  /** Learns what stands in the log, so that a restart does not forget which connection was the newest. */
  async start(): Promise<void> {
    const latest = await this.#options.eventLog.readCompacted(logTopics.deviceStatus);
    for (const [deviceId, bytes] of latest) {
      const message = (readMessage(bytes) as Partial<Received<unknown>> | undefined)?.message;
      if (messageValidators.status.Check(message)) this.#standing.set(deviceId, message);
    }
  }

  /** @throws GatewayError `log_unavailable`: a birth or will is worth sending again */
  async takeStatus({ deviceId, payload, live }: StatusDelivery): Promise<MessageOutcome> {
    const message = readMessage(payload);
    if (!messageValidators.status.Check(message)) return 'bad_message';
    if (!mayReplace(this.#standing.get(deviceId), message, live)) return 'outdated';
    this.#standing.set(deviceId, message);
    await this.#append(logTopics.deviceStatus, deviceId, message);
    return 'accepted';
  }

  /** Health is lossy by contract: without the log it is dropped, not sent again. */
  async takeHealth({ deviceId, payload }: StatusDelivery): Promise<MessageOutcome> {
    const message = readMessage(payload);
    if (!messageValidators.health.Check(message)) return 'bad_message';
    try {
      await this.#append(logTopics.deviceHealth, deviceId, message);
      return 'accepted';
    } catch {
      return 'log_unavailable';
    }
  }

  /** @throws GatewayError `log_unavailable` */
  async takeConfigReported({ deviceId, payload }: StatusDelivery): Promise<MessageOutcome> {
    const message = readMessage(payload, maxConfigBytes);
    if (!configValidators.reported.Check(message)) return 'bad_message';
    await this.#append(logTopics.deviceConfigReported, deviceId, message);
    return 'accepted';
  }

  async #append(topic: LogTopic, deviceId: string, message: object): Promise<void> {
    const { eventLog, clock } = this.#options;
    const received: Received<object> = { deviceId, receivedAt: clock.now(), message };
    const value = encoder.encode(JSON.stringify(received));
    try {
      await eventLog.append(topic, [{ key: deviceId, value }]);
    } catch (cause) {
      throw new GatewayError('log_unavailable', 'the log did not take the message', { cause });
    }
  }
}
