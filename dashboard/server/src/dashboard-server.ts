import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import type { EventLog } from '@emotion-fleet/event-log';
import type { DeviceRegistry, ObservationStore } from '@emotion-fleet/observation-store';
import { OperatorError, type HealthSource, type Logger } from '@emotion-fleet/service';
import type { ApiApp, ApiContext } from './api-app.ts';
import { createApp } from './app.ts';
import { systemClock, type Clock } from './clock.ts';
import { DashboardMetrics } from './dashboard-metrics.ts';
import { DeviceConfigs } from './device-config/device-configs.ts';
import { LiveHub } from './live/live-hub.ts';
import { checkLoopback } from './plugins/loopback.ts';
import { checkGroupSize } from './privacy/group-size.ts';
import { PrivacyGate } from './privacy/privacy-gate.ts';
import { devicesReadAtOnce, Directory } from './queries/directory.ts';
import { FleetActivity } from './queries/fleet-activity.ts';
import { FleetSource } from './queries/fleet-source.ts';
import { LastHours, mayShowFaces } from './queries/last-hour.ts';
import { LedgerReader } from './queries/ledger-reader.ts';
import { isoTime } from './queries/query-range.ts';
import type { ReadingTools } from './queries/reading.ts';
import { WindowReader } from './queries/window-reader.ts';

export interface DashboardInfo {
  readonly version: string;
  /** `embedded` or `distributed`. */
  readonly profile: string;
  /** True while virtual cameras feed it. */
  readonly demo: boolean;
  /** Visits that a number about people must rest on; at least 10 unless `demo`. */
  readonly minimumGroupSize: number;
}

export interface DashboardServerOptions {
  /** Store, registry and log are started and stopped by the caller. */
  readonly store: ObservationStore;
  readonly registry: DeviceRegistry;
  readonly eventLog: EventLog;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly info: DashboardInfo;
  /** 0 picks a free one. */
  readonly port: number;
  /** Loopback only; default 127.0.0.1. */
  readonly host?: string;
  /** Folder of the built web app; without it there is the API alone. */
  readonly webRoot?: string;
  readonly clock?: Clock;
  /** Further hops for `/health`, beside store, event log and registry. */
  readonly health?: Readonly<Record<string, HealthSource>>;
  /** Of one address; default 6,000, since all who use a tunnel share one. */
  readonly requestsPerMinute?: number;
  /** Live streams at once; default 100. */
  readonly maxLiveStreams?: number;
  /** A slow client of `/live` is dropped above this; default 256 KiB. */
  readonly maxLiveBufferedBytes?: number;
  /** Least time between two `changed` events; default 1,000. */
  readonly changedIntervalMs?: number;
  /** Between two comments that keep a live stream open; default 15,000. */
  readonly heartbeatIntervalMs?: number;
  /** See `FleetActivity`; default 10,000. */
  readonly activityMaxAgeMs?: number;
  /** See `Directory`; default 4,500: a page that asks each 5 s gets a new one. */
  readonly directoryMaxAgeMs?: number;
  /** See `FleetSource`; default 1,000. */
  readonly fleetMaxAgeMs?: number;
}

/** The dashboard's API, live events and pages on one loopback port. */
export class DashboardServer {
  readonly #options: DashboardServerOptions;
  readonly #metrics: DashboardMetrics;
  #app: ApiApp | undefined;
  #configs: DeviceConfigs | undefined;
  #live: LiveHub | undefined;

  constructor(options: DashboardServerOptions) {
    this.#options = options;
    this.#metrics = new DashboardMetrics(options.metrics);
  }

  /** @throws OperatorError `not_loopback`, `group_too_small`, `port_taken`, `port_not_allowed` */
  async start(): Promise<{ port: number }> {
    const { host = '127.0.0.1', port, info } = this.#options;
    checkLoopback(host);
    checkGroupSize(info);
    const tools = this.#createTools();
    const fleets = this.#createFleets(tools);
    const live = this.#createLive(tools, fleets);
    const configs = this.#createConfigs(tools);
    const app = await this.#createApp({ tools, fleets, live, configs });
    this.#app = app;
    this.#live = live;
    this.#configs = configs;
    try {
      // What is known of configurations must be complete before the first request.
      await configs.start();
      await app.listen({ host, port });
      await live.start();
    } catch (error) {
      await this.stop();
      throw describeListenError(error, port);
    }
    return { port: (app.server.address() as AddressInfo).port };
  }

  /** Ends live streams, answers what is under way, refuses the rest. */
  async stop(): Promise<void> {
    const app = this.#app;
    const live = this.#live;
    const configs = this.#configs;
    this.#app = undefined;
    this.#live = undefined;
    this.#configs = undefined;
    await live?.stop();
    await app?.close();
    await configs?.stop();
  }

  /** Answers a request without a socket, for tests. @throws TypeError before `start` */
  get app(): ApiApp {
    if (this.#app === undefined) throw new TypeError('the dashboard is not started');
    return this.#app;
  }

  #createTools(): ReadingTools {
    const { store, info, clock = systemClock } = this.#options;
    const { activityMaxAgeMs = 10_000, directoryMaxAgeMs = 4_500 } = this.#options;
    const reader = new WindowReader(store);
    const activity = new FleetActivity({
      ...{ reader, clock, devicesReadAtOnce },
      maxAgeMs: activityMaxAgeMs,
    });
    const gate = new PrivacyGate({ minimumGroupSize: info.minimumGroupSize, activity });
    const lastHours = new LastHours({
      ...{ activity, gate, clock, devicesReadAtOnce },
      maxAgeMs: activityMaxAgeMs,
    });
    const directory = new Directory({ store, lastHours, clock, maxAgeMs: directoryMaxAgeMs });
    const ledger = new LedgerReader({ store, clock });
    return { store, reader, activity, directory, ledger, gate, clock };
  }

  #createFleets({ clock }: ReadingTools): FleetSource {
    const { registry, fleetMaxAgeMs = 1_000 } = this.#options;
    return new FleetSource({ registry, clock, maxAgeMs: fleetMaxAgeMs });
  }

  #createLive(tools: ReadingTools, fleets: FleetSource): LiveHub {
    const { eventLog, logger, ...options } = this.#options;
    return new LiveHub({
      eventLog,
      logger,
      metrics: this.#metrics,
      clock: tools.clock,
      groupId: `dashboard-live-${randomUUID()}`,
      mayShowFaces: async (deviceId) => mayShowFaces(tools, await fleets.load(), deviceId),
      ...(options.maxLiveStreams !== undefined && { maxStreams: options.maxLiveStreams }),
      ...(options.maxLiveBufferedBytes !== undefined && {
        maxBufferedBytes: options.maxLiveBufferedBytes,
      }),
      ...(options.changedIntervalMs !== undefined && {
        changedIntervalMs: options.changedIntervalMs,
      }),
    });
  }

  #createConfigs({ clock }: ReadingTools): DeviceConfigs {
    const { eventLog, logger } = this.#options;
    const groupId = `dashboard-config-${randomUUID()}`;
    return new DeviceConfigs({ eventLog, clock, logger, groupId });
  }

  #createApp(parts: Pick<ApiContext, 'tools' | 'fleets' | 'live' | 'configs'>): Promise<ApiApp> {
    const { registry, store, eventLog, logger, metrics, info, health, webRoot } = this.#options;
    const { requestsPerMinute = 6_000, heartbeatIntervalMs = 15_000 } = this.#options;
    return createApp({
      context: {
        ...parts,
        info: { ...info, startedAt: isoTime(parts.tools.clock.now()) },
      },
      logger,
      metrics: this.#metrics,
      metricsRegistry: metrics,
      health: {
        store: () => store.health(),
        eventLog: () => eventLog.health(),
        registry: () => registry.health(),
        ...health,
      },
      webRoot,
      requestsPerMinute,
      heartbeatIntervalMs,
    });
  }
}

function describeListenError(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new OperatorError(
      'port_taken',
      `Port ${port} is taken by another program; choose one with --port.`,
      { cause: error },
    );
  }
  if (code === 'EACCES') {
    return new OperatorError(
      'port_not_allowed',
      `Port ${port} needs more rights; take a higher one.`,
      {
        cause: error,
      },
    );
  }
  return error;
}
