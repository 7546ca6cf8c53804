import { configValidators, logTopics } from '@emotion-fleet/contracts';
import { LatestValues, type EventLog } from '@emotion-fleet/event-log';
import type { Logger } from '@emotion-fleet/service';
import { maxConfigBytes, readMessage } from '../read-message.ts';

export interface ConfigDeliveryOptions {
  readonly eventLog: EventLog;
  readonly logger: Logger;
  /** To the device where it is connected here and has subscribed; false where it is not. */
  readonly send: (deviceId: string, payload: Uint8Array) => boolean;
  readonly onOutcome: (outcome: 'sent' | 'bad_message') => void;
}

/**
 * From the log's `device-config` to devices: the latest desired configuration when they subscribe, and each change.
 * Every gateway follows the whole topic, so that a change reaches a device wherever it is connected.
 */
export class ConfigDelivery {
  readonly #options: ConfigDeliveryOptions;
  readonly #desired: LatestValues<Uint8Array>;

  constructor(options: ConfigDeliveryOptions) {
    this.#options = options;
    const { eventLog, logger, onOutcome } = options;
    this.#desired = new LatestValues({
      eventLog,
      topic: logTopics.deviceConfig,
      groupId: 'gateway-config',
      // As in the log: the device gets the bytes that the operator's side has written.
      decode: (bytes) =>
        configValidators.desired.Check(readMessage(bytes, maxConfigBytes)) ? bytes : undefined,
      onChange: (deviceId) => this.tell(deviceId),
      onUnknown: (deviceId) => {
        onOutcome('bad_message');
        logger.warn({ deviceId }, 'no desired configuration stands in the log for this device');
      },
      onError: (error) => logger.warn({ err: error }, 'desired configurations could not be read'),
    });
  }

  async start(): Promise<void> {
    await this.#desired.start();
  }

  async stop(): Promise<void> {
    await this.#desired.stop();
  }

  /** Says the latest one, if there is one. */
  tell(deviceId: string): void {
    const payload = this.#desired.get(deviceId);
    if (payload === undefined) return;
    const { send, onOutcome } = this.#options;
    if (send(deviceId, payload)) onOutcome('sent');
  }
}
