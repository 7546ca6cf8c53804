import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { KafkaServer, newClusterId } from './kafka-server.ts';

export interface KafkaClusterOptions {
  /** A folder below it for each broker. */
  readonly dataDirectory: string;
  readonly brokers: number;
  /** Of each broker (default 160). */
  readonly heapMegabytes?: number;
}

/** Several brokers that are one cluster, on loopback; each is killed and started again by itself. */
export class KafkaCluster {
  readonly #options: KafkaClusterOptions;
  readonly #servers = new Map<number, KafkaServer>();

  constructor(options: KafkaClusterOptions) {
    this.#options = options;
  }

  /** Resolves when all of them serve. */
  async start(): Promise<void> {
    const { dataDirectory, brokers, heapMegabytes = 160 } = this.#options;
    const clusterId = newClusterId();
    const ports = await freePorts(brokers * 2);
    const controllerPorts = Object.fromEntries(
      Array.from({ length: brokers }, (_, index) => [index + 1, ports[index]!]),
    );
    for (let nodeId = 1; nodeId <= brokers; nodeId++) {
      const server = new KafkaServer({
        dataDirectory: join(dataDirectory, `broker-${nodeId}`),
        port: ports[brokers + nodeId - 1]!,
        controllerPort: controllerPorts[nodeId]!,
        heapMegabytes,
        // They share the machine's cores, and live for a minute.
        jvmOptions: ['-XX:TieredStopAtLevel=1'],
        cluster: { clusterId, nodeId, controllerPorts },
        readyTimeoutMs: 180_000,
        settings: {
          'offsets.topic.replication.factor': brokers,
          'offsets.topic.num.partitions': 1,
        },
      });
      this.#servers.set(nodeId, server);
    }
    await Promise.all(this.servers.map((server) => server.start()));
  }

  async stop(): Promise<void> {
    // Without a majority of controllers a broker waits for one until it is killed.
    await Promise.all(this.servers.map((server) => server.kill()));
  }

  get servers(): readonly KafkaServer[] {
    return [...this.#servers.values()];
  }

  server(nodeId: number): KafkaServer {
    const server = this.#servers.get(nodeId);
    if (server === undefined) throw new Error(`there is no broker ${nodeId}`);
    return server;
  }

  get bootstrap(): string[] {
    return this.servers.map(({ bootstrap }) => bootstrap);
  }
}
