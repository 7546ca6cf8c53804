import { join } from 'node:path';
import {
  ProcessSupervisor,
  EmbeddedServer,
  FileTokenKeeper,
  seedRegistry,
  type DemoSite,
} from '@emotion-fleet/all-in-one';
import {
  agentEntryFile,
  agentEnvironment,
  agentNodeFlags,
  ensureModels,
} from '@emotion-fleet/edge-agent';
import { silentLogger } from '@emotion-fleet/service';
import { ByteTap } from './byte-tap.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface EmbeddedFleetOptions {
  readonly dataDirectory: string;
  readonly sites: readonly DemoSite[];
  readonly modelCache: string;
}

/** The embedded profile with cameras of the test's choice, and an ear on the wire between them. */
export class EmbeddedFleet {
  readonly agents: ProcessSupervisor;
  readonly tap: ByteTap;
  readonly address: string;
  readonly #server: EmbeddedServer;
  readonly #emptyWebRoot: { remove: () => void };

  private constructor(parts: {
    agents: ProcessSupervisor;
    tap: ByteTap;
    address: string;
    server: EmbeddedServer;
    emptyWebRoot: { remove: () => void };
  }) {
    this.agents = parts.agents;
    this.tap = parts.tap;
    this.address = parts.address;
    this.#server = parts.server;
    this.#emptyWebRoot = parts.emptyWebRoot;
  }

  static async start({
    dataDirectory,
    sites,
    modelCache,
  }: EmbeddedFleetOptions): Promise<EmbeddedFleet> {
    const logger = silentLogger();
    await ensureModels({ cacheDirectory: modelCache });
    const emptyWebRoot = temporaryFolder('no-web');
    const server = new EmbeddedServer({
      ...{
        dataDirectory,
        dashboardPort: 0,
        webRoot: emptyWebRoot.path,
        version: 'test',
        demo: true,
        logger,
      },
    });
    const { mqttPorts, dashboardPort } = await server.start();
    const tap = new ByteTap({ targetPort: () => mqttPorts[0]! });
    const tapPort = await tap.start();
    const tokens = await seedRegistry({
      registry: server.registry,
      sites,
      tokens: new FileTokenKeeper({ folder: join(dataDirectory, 'agents') }),
      timeZone: 'UTC',
      now: Date.now,
    });
    const agents = new ProcessSupervisor({
      processes: sites.flatMap(({ cameras }) =>
        cameras.map(({ deviceId, camera }) => ({
          name: deviceId,
          entryFile: agentEntryFile,
          nodeFlags: agentNodeFlags,
          environment: {
            PATH: process.env['PATH'] ?? '',
            ...agentEnvironment({
              ...{ deviceId, camera, modelCache, clock: 'trust', precision: 'int8' },
              token: tokens.get(deviceId) ?? '',
              mqttUrl: `mqtt://127.0.0.1:${tapPort}`,
              dataDirectory: join(dataDirectory, 'agents', deviceId),
            }),
          },
        })),
      ),
      logDirectory: join(dataDirectory, 'logs'),
      logger,
    });
    await agents.start();
    const address = `http://127.0.0.1:${dashboardPort}`;
    return new EmbeddedFleet({ agents, tap, address, server, emptyWebRoot });
  }

  /** Parsed answer of the dashboard. */
  async get<Body>(path: string): Promise<Body> {
    const response = await fetch(`${this.address}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as Body;
  }

  async stop(): Promise<void> {
    await this.agents.stop();
    await this.#server.stop();
    await this.tap.stop();
    this.#emptyWebRoot.remove();
  }
}
