import { isDeepStrictEqual } from 'node:util';
import {
  configValidators,
  logTopics,
  schemaVersion,
  type DesiredConfig,
  type Received,
  type ReportedConfig,
} from '@emotion-fleet/contracts';
import type { DeviceConfig, DeviceConfigChange } from '@emotion-fleet/contracts/api';
import { CompactedView, type EventLog } from '@emotion-fleet/event-log';
import type { Logger } from '@emotion-fleet/service';
import { ApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import { isoTime } from '../queries/query-range.ts';
import { configState } from './config-state.ts';

export interface DeviceConfigsOptions {
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Unique to this process. */
  readonly groupId: string;
}

/** What the operator wants of each device, and what each device says that it runs with. */
export class DeviceConfigs {
  readonly #clock: Clock;
  readonly #desired: CompactedView;
  readonly #reported: CompactedView;
  /** Changes, one after the other: each is based on what the one before left. */
  #work: Promise<unknown> = Promise.resolve();

  constructor({ eventLog, clock, logger, groupId }: DeviceConfigsOptions) {
    const common = {
      eventLog,
      groupId,
      onError: (err: unknown) => logger.warn({ err }, 'configurations could not be read'),
    };
    this.#clock = clock;
    this.#desired = new CompactedView({ ...common, topic: logTopics.deviceConfig });
    this.#reported = new CompactedView({ ...common, topic: logTopics.deviceConfigReported });
  }

  async start(): Promise<void> {
    await Promise.all([this.#desired.start(), this.#reported.start()]);
  }

  async stop(): Promise<void> {
    await this.#work;
    await Promise.all([this.#desired.stop(), this.#reported.stop()]);
  }

  read(deviceId: string): DeviceConfig {
    const desired = this.#desiredOf(deviceId);
    const received = this.#reportedOf(deviceId);
    return {
      deviceId,
      state: configState(desired, received?.message),
      desired:
        desired === undefined
          ? null
          : {
              version: desired.version,
              setAt: isoTime(desired.setAt),
              settings: desired.settings,
            },
      reported:
        received === undefined
          ? null
          : { receivedAt: isoTime(received.receivedAt), ...received.message },
    };
  }

  /**
   * Makes the next version, above what the device has reported, too: the log may have lost some. The settings that are
   * desired already are no change, unless the device has refused them: then it is to try again.
   *
   * @throws ApiError `config_conflict`; EventLogError
   */
  async change(deviceId: string, change: DeviceConfigChange): Promise<DeviceConfig> {
    const done = this.#work.then(() => this.#change(deviceId, change));
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #change(deviceId: string, { settings, basedOn }: DeviceConfigChange) {
    const desired = this.#desiredOf(deviceId);
    const current = desired?.version ?? 0;
    if (basedOn !== current) {
      const sentence = `The configuration was changed meanwhile: it is at version ${current}, not ${basedOn}. Look at it and change it again.`;
      throw new ApiError('config_conflict', sentence);
    }
    const before = this.read(deviceId);
    const isSame = desired !== undefined && isDeepStrictEqual(desired.settings, settings);
    if (isSame && before.state !== 'refused') return before;
    const next: DesiredConfig = {
      schema: schemaVersion,
      version: Math.max(current, before.reported?.version ?? 0) + 1,
      setAt: this.#clock.now(),
      settings,
    };
    await this.#desired.put(deviceId, Buffer.from(JSON.stringify(next)));
    return this.read(deviceId);
  }

  #desiredOf(deviceId: string): DesiredConfig | undefined {
    const value = parse(this.#desired.get(deviceId));
    return configValidators.desired.Check(value) ? value : undefined;
  }

  #reportedOf(deviceId: string): Received<ReportedConfig> | undefined {
    const value = parse(this.#reported.get(deviceId)) as Partial<Received<unknown>> | undefined;
    const { receivedAt, message } = value ?? {};
    if (typeof receivedAt !== 'number' || !configValidators.reported.Check(message)) {
      return undefined;
    }
    return { deviceId, receivedAt, message };
  }
}

const decoder = new TextDecoder();

function parse(value: Uint8Array | undefined): unknown {
  try {
    return value === undefined ? undefined : JSON.parse(decoder.decode(value));
  } catch {
    return undefined;
  }
}
