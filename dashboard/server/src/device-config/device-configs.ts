import { isDeepStrictEqual } from 'node:util';
import {
  logTopics,
  schemaVersion,
  type DesiredConfig,
  type DeviceSettings,
  type Received,
  type ReportedConfig,
} from '@emotion-fleet/contracts';
import type { DeviceConfig } from '@emotion-fleet/contracts/api';
import { EventLogError, LatestValues, type EventLog } from '@emotion-fleet/event-log';
import type { Logger } from '@emotion-fleet/service';
import { ApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import { isoTime } from '../queries/query-range.ts';
import { configStateOf, nextVersion } from './config-state.ts';
import { decodeDesired, decodeReported } from './decode.ts';

export interface DeviceConfigsOptions {
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Names the consumer groups; another one in each process. */
  readonly groupId: string;
  /** How long a change may take to come back from the log; default 5,000. */
  readonly settleTimeoutMs?: number;
}

export interface ConfigChange {
  readonly deviceId: string;
  readonly settings: DeviceSettings;
  /** Desired version that the settings were derived from; 0: none. */
  readonly basedOn: number;
}

/** What the log gave instead of the entry that was waited for; undefined: the device was erased. */
type Written = { readonly isOurs: true } | { readonly isOurs: false; readonly by?: DesiredConfig };

interface Waiting {
  readonly config: DesiredConfig;
  readonly settle: (written: Written) => void;
}

/** Desired and reported configurations of all devices, as the log has them; changes go to the log. */
export class DeviceConfigs {
  readonly #options: DeviceConfigsOptions;
  readonly #desired: LatestValues<DesiredConfig>;
  readonly #reported: LatestValues<Received<ReportedConfig>>;
  readonly #waiting = new Map<string, Waiting>();
  /** Of each device, the end of the changes that are under way. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: DeviceConfigsOptions) {
    this.#options = options;
    const { eventLog, groupId, logger } = options;
    const shared = {
      eventLog,
      onUnknown: (deviceId: string) =>
        logger.warn({ deviceId }, 'no configuration stands in the log for this device'),
      onError: (error: unknown) => logger.warn({ err: error }, 'configurations could not be read'),
    };
    this.#desired = new LatestValues({
      ...shared,
      topic: logTopics.deviceConfig,
      groupId: `${groupId}-desired`,
      decode: decodeDesired,
      onChange: (deviceId, config) => this.#settle(deviceId, config),
    });
    this.#reported = new LatestValues({
      ...shared,
      topic: logTopics.deviceConfigReported,
      groupId: `${groupId}-reported`,
      decode: decodeReported,
    });
  }

  /** @throws EventLogError */
  async start(): Promise<void> {
    try {
      await Promise.all([this.#desired.start(), this.#reported.start()]);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#desired.stop(), this.#reported.stop()]);
  }

  get(deviceId: string): DeviceConfig {
    const desired = this.#desired.get(deviceId);
    const received = this.#reported.get(deviceId);
    return {
      deviceId,
      state: configStateOf(desired, received?.message),
      desired: desired === undefined ? null : describeDesired(desired),
      reported:
        received === undefined
          ? null
          : { receivedAt: isoTime(received.receivedAt), ...received.message },
    };
  }

  /**
   * Wants these settings of the device, under a new version unless they are wanted already. Those that it has refused
   * get a new one: it is to try them again.
   *
   * @throws ApiError `config_conflict`, `log_unavailable`
   */
  async change(change: ConfigChange): Promise<DeviceConfig> {
    const { deviceId } = change;
    const before = this.#turns.get(deviceId) ?? Promise.resolve();
    const turn = before.then(() => this.#change(change));
    const settled = turn.catch(() => undefined);
    this.#turns.set(deviceId, settled);
    try {
      await turn;
    } finally {
      if (this.#turns.get(deviceId) === settled) this.#turns.delete(deviceId);
    }
    return this.get(deviceId);
  }

  async #change({ deviceId, settings, basedOn }: ConfigChange): Promise<void> {
    const desired = this.#desired.get(deviceId);
    const isWanted = desired !== undefined && isDeepStrictEqual(desired.settings, settings);
    if (isWanted && this.get(deviceId).state !== 'refused') return;
    if ((desired?.version ?? 0) !== basedOn) throw conflict();
    const version = nextVersion(desired, this.#reported.get(deviceId)?.message);
    const setAt = this.#options.clock.now();
    const config: DesiredConfig = { schema: schemaVersion, version, setAt, settings };
    const written = await this.#write(deviceId, config);
    if (written.isOurs) return;
    // Another server was first with its own entry of this version, and ours may stand above it: it has to win again,
    // under a version that the device can tell from ours.
    if (written.by !== undefined) {
      await this.#write(deviceId, { ...written.by, version: written.by.version + 1 });
    }
    throw conflict();
  }

  /** Appends, and waits until the entry has come back or another one came before it. */
  async #write(deviceId: string, config: DesiredConfig): Promise<Written> {
    const { eventLog, settleTimeoutMs = 5_000 } = this.#options;
    const came = Promise.withResolvers<Written | 'late'>();
    this.#waiting.set(deviceId, { config, settle: came.resolve });
    const timer = setTimeout(() => came.resolve('late'), settleTimeoutMs);
    try {
      const value = Buffer.from(JSON.stringify(config));
      await eventLog.append(logTopics.deviceConfig, [{ key: deviceId, value }]);
      const written = await came.promise;
      if (written !== 'late') return written;
    } catch (cause) {
      if (!(cause instanceof EventLogError)) throw cause;
      const sentence = 'The event log does not take the change; try again soon.';
      throw new ApiError('log_unavailable', sentence, { cause });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(deviceId);
    }
    const sentence =
      'The change was written, but has not come back from the event log; look again.';
    throw new ApiError('log_unavailable', sentence);
  }

  #settle(deviceId: string, config: DesiredConfig | undefined): void {
    const waiting = this.#waiting.get(deviceId);
    if (waiting === undefined) return;
    if (isDeepStrictEqual(config, waiting.config)) waiting.settle({ isOurs: true });
    else waiting.settle({ isOurs: false, ...(config !== undefined && { by: config }) });
  }
}

function describeDesired({ version, setAt, settings }: DesiredConfig): DeviceConfig['desired'] {
  return { version, setAt: isoTime(setAt), settings };
}

function conflict(): ApiError {
  return new ApiError(
    'config_conflict',
    'The configuration was changed meanwhile; look at it and change it again.',
  );
}
