import { channels, mqttTopic } from '@emotion-fleet/contracts';
import type { MqttConnection } from './mqtt-connection.ts';
import type { ConfigSide } from './publisher-options.ts';
import { Wakeup } from './wakeup.ts';

export interface ConfigReporterOptions {
  readonly config: Pick<ConfigSide, 'report'>;
  readonly deviceId: string;
  readonly ackTimeoutMs: number;
}

/** Says on each connection what the device runs with: once at its beginning, and after each change. */
export class ConfigReporter {
  readonly #options: ConfigReporterOptions;
  /** A change while a report is sent is said after it. */
  readonly #changes = new Wakeup();

  constructor(options: ConfigReporterOptions) {
    this.#options = options;
  }

  /** There is something new to report. */
  noteChange(): void {
    this.#changes.notify();
  }

  /** Reports until the connection goes; rejects where a report isn't acked. */
  async serve(connection: Pick<MqttConnection, 'isOpen' | 'publish' | 'onGone'>): Promise<void> {
    const { config, deviceId, ackTimeoutMs } = this.#options;
    const topic = mqttTopic(deviceId, channels.configReported);
    connection.onGone(() => this.#changes.notify());
    let said: Buffer | undefined;
    while (connection.isOpen) {
      const { version } = this.#changes;
      const payload = Buffer.from(JSON.stringify(config.report()));
      if (said?.equals(payload) !== true) {
        said = payload;
        await connection.publish({ topic, payload }, ackTimeoutMs);
      }
      await this.#changes.after(version);
    }
  }
}
