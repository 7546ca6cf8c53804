import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CassandraServer,
  freePorts,
  KafkaServer,
  waitUntil,
  type JarsProgress,
} from '@emotion-fleet/deploy';
import {
  defaultKeyspace,
  openDeviceRegistry,
  type DeviceRegistry,
} from '@emotion-fleet/observation-store';
import { CodedError, type HealthReport, type Lifecycle, type Logger } from '@emotion-fleet/service';
import type { FleetServer, ServerPorts } from './fleet-server.ts';
import { ProcessSupervisor, type ManagedProcess } from './process-supervisor.ts';

export interface DistributedServerOptions {
  readonly dataDirectory: string;
  readonly dashboardPort: number;
  readonly webRoot: string;
  readonly demo: boolean;
  /** Passed on to the services. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly onProgress?: (message: string) => void;
}

const gateways = 2;
const processors = 2;
const host = '127.0.0.1';
const readyLimitMs = 60_000;
const drainLimitMs = 5_000;
const entryFile = (path: string) =>
  fileURLToPath(new URL(`../../${path}/src/main.ts`, import.meta.url));

/** Kafka, Cassandra, two gateways, two processors and the dashboard as processes of this machine. */
export class DistributedServer implements FleetServer {
  readonly #options: DistributedServerOptions;
  readonly kafka: KafkaServer;
  readonly cassandra: CassandraServer;
  #registry: DeviceRegistry | undefined;
  /** What runs, in the order of the data's way. */
  #running: Lifecycle[] = [];
  #gatewayHealth: readonly string[] = [];
  #processorHealth: readonly string[] = [];

  constructor(options: DistributedServerOptions) {
    const { dataDirectory, onProgress = () => undefined } = options;
    this.#options = options;
    const report = ({ server, fetched, state }: JarsProgress) =>
      onProgress(state === 'done' ? `${server}: starting` : `${server}: ${fetched} files fetched`);
    this.kafka = new KafkaServer({
      dataDirectory: join(dataDirectory, 'kafka'),
      onProgress: report,
    });
    this.cassandra = new CassandraServer({
      dataDirectory: join(dataDirectory, 'cassandra'),
      onProgress: report,
    });
  }

  get registry(): DeviceRegistry {
    if (this.#registry === undefined) throw new Error('the server has not started');
    return this.#registry;
  }

  /** What `/health` of each instance says; undefined where one doesn't answer. */
  async health(): Promise<Record<'gateways' | 'processors', (HealthReport | undefined)[]>> {
    return {
      gateways: await Promise.all(this.#gatewayHealth.map(readHealth)),
      processors: await Promise.all(this.#processorHealth.map(readHealth)),
    };
  }

  async start(): Promise<ServerPorts> {
    try {
      return await this.#startAll();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    const [front, processing, ...rest] = this.#running;
    this.#running = [];
    await front?.stop();
    if (processing !== undefined) await this.#drainProcessors();
    await processing?.stop();
    for (const part of rest) await part.stop();
    await Promise.all([this.kafka.stop(), this.cassandra.stop()]);
  }

  async #startAll(): Promise<ServerPorts> {
    const { dashboardPort, webRoot, demo, onProgress = () => undefined } = this.#options;
    await Promise.all([this.kafka.start(), this.cassandra.start()]);
    const ports = await freePorts(gateways * 2 + processors + 1);
    const take = (count: number) => ports.splice(0, count);
    const [mqttPorts, gatewayPorts, processorPorts] = [
      take(gateways),
      take(gateways),
      take(processors),
    ];
    const page = dashboardPort === 0 ? ports[0]! : dashboardPort;

    onProgress('Making topics and tables');
    const registry = openDeviceRegistry(this.#storeSettings());
    await registry.start();
    this.#registry = registry;
    this.#running.unshift(registry);
    onProgress('Starting processors, dashboard and gateways');
    await this.#run(
      [
        {
          name: 'dashboard',
          entryFile: entryFile('dashboard/server'),
          environment: this.#service({
            EMOTION_DASHBOARD_PORT: `${page}`,
            EMOTION_DASHBOARD_WEB_ROOT: webRoot,
            EMOTION_DEMO: `${demo}`,
            ...(demo && { EMOTION_MINIMUM_GROUP_SIZE: '1' }),
          }),
        },
      ],
      [page],
    );
    await this.#run(
      processorPorts.map((port, index) => ({
        name: `processor-${index + 1}`,
        entryFile: entryFile('cloud-processor'),
        environment: this.#service({ EMOTION_OPERATOR_PORT: `${port}` }),
      })),
      processorPorts,
    );
    this.#processorHealth = processorPorts.map(healthAddress);
    this.#gatewayHealth = gatewayPorts.map(healthAddress);
    await this.#run(
      gatewayPorts.map((port, index) => ({
        name: `gateway-${index + 1}`,
        entryFile: entryFile('gateway'),
        environment: this.#service({
          EMOTION_OPERATOR_PORT: `${port}`,
          EMOTION_MQTT_PORT: `${mqttPorts[index]}`,
        }),
      })),
      gatewayPorts,
    );
    return { mqttPorts, dashboardPort: page };
  }

  /** Starts the processes and waits until each answers on its port. */
  async #run(processes: readonly ManagedProcess[], ports: readonly number[]): Promise<void> {
    const { dataDirectory, logger } = this.#options;
    const logDirectory = join(dataDirectory, 'logs');
    const supervisor = new ProcessSupervisor({ processes, logDirectory, logger });
    this.#running.unshift(supervisor);
    await supervisor.start();
    if (!(await waitUntil(() => allAnswer(ports.map(healthAddress)), readyLimitMs))) {
      const names = processes.map(({ name }) => name).join(', ');
      const text = `Not ready within ${readyLimitMs / 1_000} s: ${names} (see ${logDirectory}).`;
      throw new CodedError('not_ready', text);
    }
  }

  async #drainProcessors(): Promise<void> {
    const isDrained = async () => {
      const { processors: reports } = await this.health();
      return reports.every((report) => report?.hops['processor']?.['lag'] === 0);
    };
    if (await waitUntil(isDrained, drainLimitMs)) return;
    this.#options.logger.warn({ drainLimitMs }, 'the rest of the log is read at the next start');
  }

  #storeSettings() {
    return {
      profile: 'distributed' as const,
      cassandraContactPoints: this.cassandra.contactPoint,
      cassandraLocalDataCenter: this.cassandra.localDataCenter,
      cassandraKeyspace: defaultKeyspace,
      cassandraReplicationFactor: 1,
    };
  }

  /** One broker and one node: one copy of everything. */
  #service(own: Readonly<Record<string, string>>): Record<string, string> {
    return {
      ...this.#options.environment,
      EMOTION_PROFILE: 'distributed',
      EMOTION_KAFKA_BROKERS: this.kafka.bootstrap,
      EMOTION_KAFKA_REPLICATION_FACTOR: '1',
      EMOTION_KAFKA_MIN_IN_SYNC_REPLICAS: '1',
      EMOTION_CASSANDRA_CONTACT_POINTS: this.cassandra.contactPoint,
      EMOTION_CASSANDRA_REPLICATION_FACTOR: '1',
      ...own,
    };
  }
}

function healthAddress(port: number): string {
  return `http://${host}:${port}/health`;
}

async function allAnswer(addresses: readonly string[]): Promise<boolean> {
  const reports = await Promise.all(addresses.map(readHealth));
  return reports.every((report) => report !== undefined && report.state !== 'down');
}

/** Undefined where nothing answers yet. */
async function readHealth(address: string): Promise<HealthReport | undefined> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(2_000) });
    return (await response.json()) as HealthReport;
  } catch {
    return undefined;
  }
}
