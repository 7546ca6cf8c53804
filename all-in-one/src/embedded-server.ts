import { join } from 'node:path';
import { Registry } from 'prom-client';
import { Processor } from '@emotion-fleet/cloud-processor';
import { DashboardServer, leastGroupSize } from '@emotion-fleet/dashboard-server';
import { SqliteEventLog } from '@emotion-fleet/event-log';
import { Gateway, RegistryAuthenticator } from '@emotion-fleet/gateway';
import { SqliteDeviceRegistry, SqliteObservationStore } from '@emotion-fleet/observation-store';
import type { Lifecycle, Logger } from '@emotion-fleet/service';
import type { FleetServer, ServerPorts } from './fleet-server.ts';

export interface EmbeddedServerOptions {
  readonly dataDirectory: string;
  readonly dashboardPort: number;
  readonly webRoot: string;
  readonly version: string;
  /** What virtual cameras see: marked as such, and nothing of it is held back. */
  readonly demo: boolean;
  readonly logger: Logger;
}

/** How long a drain waits for the processor to reach the end of the log; what is left comes at the next start. */
const drainMs = 5_000;

/** Log, store, gateway, processor and dashboard in one process, on two SQLite files and the registry. */
export class EmbeddedServer implements FleetServer {
  readonly registry: SqliteDeviceRegistry;
  readonly #logger: Logger;
  readonly #eventLog: SqliteEventLog;
  readonly #store: SqliteObservationStore;
  readonly #gateway: Gateway;
  readonly #processor: Processor;
  readonly #dashboard: DashboardServer;
  /** What runs, in the order of the data's way. */
  readonly #running: Lifecycle[] = [];

  constructor(options: EmbeddedServerOptions) {
    const { dataDirectory, dashboardPort, webRoot, version, demo, logger } = options;
    this.#logger = logger;
    const metrics = new Registry();
    const clock = { now: () => Date.now() };
    const registry = new SqliteDeviceRegistry({ path: join(dataDirectory, 'registry.sqlite') });
    const eventLog = new SqliteEventLog({ file: join(dataDirectory, 'event-log.sqlite') });
    const store = new SqliteObservationStore({ directory: dataDirectory });
    this.registry = registry;
    this.#eventLog = eventLog;
    this.#store = store;
    this.#gateway = new Gateway({
      eventLog,
      authenticator: new RegistryAuthenticator({ registry }),
      logger: logger.child({ part: 'gateway' }),
      registry: metrics,
      clock,
    });
    this.#processor = new Processor({
      eventLog,
      store,
      registry,
      clock,
      logger: logger.child({ part: 'processor' }),
      metrics,
    });
    this.#dashboard = new DashboardServer({
      store,
      registry,
      eventLog,
      clock,
      logger: logger.child({ part: 'dashboard' }),
      metrics,
      port: dashboardPort,
      webRoot,
      health: { gateway: () => this.#gateway.health(), processor: () => this.#processor.health() },
      info: { version, profile: 'embedded', demo, minimumGroupSize: demo ? 1 : leastGroupSize },
    });
  }

  /** Starts sinks before sources. */
  async start(): Promise<ServerPorts> {
    try {
      for (const part of [this.#eventLog, this.#store, this.registry, this.#processor])
        await this.#begin(part);
      const { port: dashboardPort } = await this.#begin(this.#dashboard);
      const mqttPort = await this.#begin(this.#gateway);
      return { mqttPorts: [mqttPort], dashboardPort };
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Drains from source to sink: gateway, then the processor once it has read what the gateway wrote. */
  async stop(): Promise<void> {
    for (const part of [
      this.#gateway,
      this.#processor,
      this.#dashboard,
      this.registry,
      this.#store,
      this.#eventLog,
    ]) {
      if (!this.#running.includes(part)) continue;
      if (part === this.#processor) await this.#drainProcessor();
      this.#running.splice(this.#running.indexOf(part), 1);
      await part.stop();
    }
  }

  async #begin<Result>(part: { start(): Promise<Result>; stop(): Promise<void> }): Promise<Result> {
    const result = await part.start();
    this.#running.push(part);
    return result;
  }

  async #drainProcessor(): Promise<void> {
    const drained = await this.#processor.drain(drainMs);
    if (!drained)
      this.#logger.warn({ drainMs }, 'log not read to its end: the rest is read at the next start');
  }
}
