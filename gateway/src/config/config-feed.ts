import { configValidators, logTopics } from '@emotion-fleet/contracts';
import { CompactedView, type EventLog } from '@emotion-fleet/event-log';
import type { Logger } from '@emotion-fleet/service';
import { maxConfigBytes, readMessage } from '../read-message.ts';

export interface ConfigFeedOptions {
  readonly eventLog: EventLog;
  readonly logger: Logger;
  /** To the device, wherever it is connected; every gateway hears of every change. */
  readonly say: (deviceId: string, config: Uint8Array) => void;
}

/** What the operator wants of each device: said when it asks (by subscribing), and at each change. */
export class ConfigFeed {
  readonly #options: ConfigFeedOptions;
  readonly #desired: CompactedView;

  constructor(options: ConfigFeedOptions) {
    const { eventLog, logger } = options;
    this.#options = options;
    this.#desired = new CompactedView({
      eventLog,
      topic: logTopics.deviceConfig,
      groupId: 'gateway-config',
      onChange: (deviceId, value) => this.#say(deviceId, value ?? undefined),
      onError: (err) => logger.warn({ err }, 'changes of configurations could not be read'),
    });
  }

  /** @throws EventLogError */
  async start(): Promise<void> {
    await this.#desired.start();
  }

  async stop(): Promise<void> {
    await this.#desired.stop();
  }

  /** The device listens from now on. */
  subscribed(deviceId: string): void {
    this.#say(deviceId, this.#desired.get(deviceId));
  }

  #say(deviceId: string, value: Uint8Array | undefined): void {
    if (value === undefined) return;
    const { logger, say } = this.#options;
    if (configValidators.desired.Check(readMessage(value, maxConfigBytes))) say(deviceId, value);
    else logger.error({ deviceId }, 'a desired configuration in the log is not readable');
  }
}
