import { Listr } from 'listr2';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  agentEntryFile,
  agentEnvironment,
  agentNodeFlags,
  ensureModels,
} from '@emotion-fleet/edge-agent';
import { buildWeb } from '@emotion-fleet/dashboard-web';
import { createLogger, type Logger } from '@emotion-fleet/service';
import type { LauncherEnvironment } from './config.ts';
import { demoSites, ownCameraSite, seedRegistry, type DemoSite } from './demo-fleet.ts';
import { DistributedServer } from './distributed-server.ts';
import { EmbeddedServer } from './embedded-server.ts';
import { FileTokenKeeper } from './file-token-keeper.ts';
import type { FleetServer, ServerPorts } from './fleet-server.ts';
import type { LaunchOptions } from './options.ts';
import { ensureCamera, ensurePortFree, ensureWritable } from './preflight.ts';
import { ProcessSupervisor, type ManagedProcess } from './process-supervisor.ts';
import { version } from './version.ts';

const host = '127.0.0.1';
const cacheDirectory = fileURLToPath(new URL('../../.cache', import.meta.url));

export interface LauncherOptions {
  readonly options: LaunchOptions;
  readonly environment: LauncherEnvironment;
  /** Shows each step as a line that changes; plain lines where nobody looks. */
  readonly interactive: boolean;
}

/** The whole fleet on one machine. */
export class Launcher {
  readonly #options: LaunchOptions;
  readonly #environment: LauncherEnvironment;
  readonly #interactive: boolean;
  readonly #sites: readonly DemoSite[];
  #logger: Logger | undefined;
  #server: FleetServer | undefined;
  #agents: ProcessSupervisor | undefined;

  constructor({ options, environment, interactive }: LauncherOptions) {
    this.#options = options;
    this.#environment = environment;
    this.#interactive = interactive;
    this.#sites = options.camera === undefined ? demoSites : [ownCameraSite(options.camera)];
  }

  /** The launcher's log file; usable once `start` has found the data folder writable. */
  get logger(): Logger {
    if (this.#logger === undefined) throw new Error('the launcher has not started');
    return this.#logger;
  }

  /** Resolves to the dashboard's address. @throws OperatorError for whatever the person can mend */
  async start(): Promise<{ address: string }> {
    const { port, dataDirectory, camera } = this.#options;
    let webRoot = '';
    let modelCache = '';
    let tokens: ReadonlyMap<string, string> = new Map();
    let ports: ServerPorts = { mqttPorts: [], dashboardPort: 0 };
    const steps = new Listr(
      [
        {
          title: 'Check folder, port and camera',
          task: async () => {
            await ensureWritable(dataDirectory);
            await ensurePortFree(port, host);
            if (camera !== undefined) await ensureCamera(camera, this.#environment.searchPath);
            this.#logger = this.#openLog(dataDirectory);
          },
        },
        {
          title: 'Convert and quantize the models (first start only)',
          task: async (_, task) => {
            modelCache = join(cacheDirectory, 'models');
            await ensureModels({
              cacheDirectory: modelCache,
              onProgress: ({ message }) => (task.output = message),
            });
          },
        },
        {
          title: 'Build the web app (first start only)',
          task: async (_, task) => {
            ({ outDir: webRoot } = await buildWeb({
              onProgress: (message) => (task.output = message),
            }));
          },
        },
        {
          title: 'Start log, store, gateway, processor and dashboard',
          task: async (_, task) => {
            const onProgress = (message: string) => (task.output = message);
            this.#server = this.#newServer({ webRoot, onProgress });
            ports = await this.#server.start();
            tokens = await seedRegistry({
              registry: this.#server.registry,
              sites: this.#sites,
              tokens: new FileTokenKeeper({ folder: join(dataDirectory, 'agents') }),
              timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
              now: () => Date.now(),
            });
          },
        },
        {
          title: 'Start the cameras',
          task: async (_, task) => {
            const agents = this.#agentProcesses({ tokens, mqttPorts: ports.mqttPorts, modelCache });
            task.title = `Start ${agents.length === 1 ? 'the camera' : `${agents.length} cameras`}`;
            this.#agents = new ProcessSupervisor({
              processes: agents,
              logDirectory: join(dataDirectory, 'logs'),
              logger: this.logger,
            });
            await this.#agents.start();
          },
        },
      ],
      { renderer: this.#interactive ? 'default' : 'simple' },
    );
    await steps.run();
    return { address: `http://${host}:${ports.dashboardPort}` };
  }

  /** Drains from source to sink: cameras, then what stands behind them. */
  async stop(): Promise<void> {
    await this.#agents?.stop();
    await this.#server?.stop();
  }

  #openLog(dataDirectory: string): Logger {
    const destination = pino.destination({
      dest: join(dataDirectory, 'logs', 'server.log'),
      mkdir: true,
      sync: true,
    });
    return createLogger({ service: 'all-in-one', level: this.#environment.logLevel, destination });
  }

  #newServer(of: { webRoot: string; onProgress: (message: string) => void }): FleetServer {
    const { port: dashboardPort, dataDirectory, camera, profile } = this.#options;
    const { inherited, logLevel } = this.#environment;
    const common = {
      ...{ dataDirectory, dashboardPort, logger: this.logger },
      ...{ webRoot: of.webRoot, demo: camera === undefined },
    };
    if (profile === 'embedded') return new EmbeddedServer({ ...common, version });
    return new DistributedServer({
      ...common,
      onProgress: of.onProgress,
      environment: { ...inherited, EMOTION_LOG_LEVEL: logLevel },
    });
  }

  /** Cameras share the gateways out among themselves. */
  #agentProcesses(from: {
    tokens: ReadonlyMap<string, string>;
    mqttPorts: readonly number[];
    modelCache: string;
  }): ManagedProcess[] {
    return this.#sites
      .flatMap(({ cameras }) => cameras)
      .map(({ deviceId, camera }, index) => ({
        name: deviceId,
        entryFile: agentEntryFile,
        nodeFlags: agentNodeFlags,
        environment: {
          ...this.#environment.inherited,
          ...agentEnvironment({
            // Not `auto`: agents that start together would time each other.
            ...{ deviceId, camera, clock: 'trust', precision: 'int8' },
            token: from.tokens.get(deviceId) ?? '',
            mqttUrl: `mqtt://${host}:${from.mqttPorts[index % from.mqttPorts.length]}`,
            dataDirectory: join(this.#options.dataDirectory, 'agents', deviceId),
            modelCache: from.modelCache,
          }),
          EMOTION_LOG_LEVEL: this.#environment.logLevel,
        },
      }));
  }
}
