import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deployFile, resolveJars, type JarsProgress } from './jars.ts';
import { JavaProcess } from './java-process.ts';
import { kafkaProperties, type KafkaSettings } from './kafka-properties.ts';
import { choosePorts } from './server-folder.ts';
import type { ServerState } from './stack-state.ts';
import { javaCommand } from './toolchain.ts';

const run = promisify(execFile);

/** What makes several brokers one cluster; each is a controller, too. */
export interface KafkaClusterMember {
  /** 16 random bytes in base64url, the same for all. */
  readonly clusterId: string;
  readonly nodeId: number;
  /** Controller ports of all members by their node ids; its own is `controllerPort`. */
  readonly controllerPorts: Readonly<Record<number, number>>;
}

export interface KafkaServerOptions {
  /** Everything of the broker: data, configuration, log. */
  readonly dataDirectory: string;
  readonly port?: number;
  readonly controllerPort?: number;
  /** Megabytes (default 256). */
  readonly heapMegabytes?: number;
  /** Parameters of `java` beside ours. */
  readonly jvmOptions?: readonly string[];
  /** Default: a cluster of its own. */
  readonly cluster?: KafkaClusterMember;
  /** Lines of server.properties beside, or instead of, ours. */
  readonly settings?: KafkaSettings;
  /** True (the default): ends with this process, by kill -9 too. False: stays. */
  readonly owned?: boolean;
  /** As soon as its process is there, long before it serves. */
  readonly onSpawned?: (state: ServerState) => Promise<void>;
  readonly readyTimeoutMs?: number;
  readonly cacheDirectory?: string;
  readonly onProgress?: (progress: JarsProgress) => void;
}

/**
 * A Kafka broker and controller (KRaft) on loopback, from Maven's jars. It can be killed and started again
 * on the same data; the ports stay the same.
 */
export class KafkaServer {
  readonly #options: KafkaServerOptions;
  #process: JavaProcess | undefined;
  #port = 0;

  constructor(options: KafkaServerOptions) {
    this.#options = options;
  }

  /** Resolves when the broker serves. @throws OperatorError (see `resolveJars`), CodedError `died`, `not_ready` */
  async start(): Promise<void> {
    if (this.#process?.running === true) return;
    const { dataDirectory, port, controllerPort, cluster, owned = true } = this.#options;
    const jars = await resolveJars({ ...this.#options, server: 'kafka' });
    const ports = await choosePorts(dataDirectory, { port, controllerPort });
    const logDirectory = join(dataDirectory, 'log');
    const properties = join(dataDirectory, 'server.properties');
    const settings = { ...clusterSettings(cluster), ...this.#options.settings };
    await writeFile(properties, kafkaProperties({ ...ports, logDirectory, settings }));
    const java = this.#javaParameters(jars);
    if (!existsSync(join(logDirectory, 'meta.properties'))) {
      const alone = cluster === undefined ? ['--standalone'] : [];
      const clusterId = cluster?.clusterId ?? newClusterId();
      const tool = ['kafka.tools.StorageTool', 'format', ...alone, '-t', clusterId];
      await run(javaCommand(), [...java, ...tool, '-c', properties]);
    }
    this.#port = ports.port;
    this.#process = new JavaProcess({
      name: 'Kafka',
      command: javaCommand(),
      parameters: [...java, 'kafka.Kafka', properties],
      logFile: join(dataDirectory, 'kafka.log'),
      readyText: 'Kafka Server started',
      port: ports.port,
      readyTimeoutMs: this.#options.readyTimeoutMs ?? 90_000,
      owned,
      onSpawned: async (pid) => this.#options.onSpawned?.({ pid, address: this.bootstrap }),
    });
    await this.#process.start();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** SIGKILL; resolves when the broker is gone. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Undefined while the broker does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** `host:port` for clients, once started. */
  get bootstrap(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The last 100 lines of what the broker said since it was started. */
  logTail(): string {
    return this.#process?.logTail() ?? '';
  }

  #javaParameters(jars: string): string[] {
    const { heapMegabytes = 256, jvmOptions = [] } = this.#options;
    const heap = `${heapMegabytes}m`;
    return [
      `-Xms${heap}`,
      `-Xmx${heap}`,
      '-XX:+UseG1GC',
      '-XX:MaxGCPauseMillis=20',
      '-XX:+ExitOnOutOfMemoryError',
      '-Djava.awt.headless=true',
      `-Dlog4j2.configurationFile=file:${deployFile('kafka/log4j2.xml')}`,
      ...jvmOptions,
      '-cp',
      join(jars, '*'),
    ];
  }
}

function clusterSettings(cluster: KafkaClusterMember | undefined): KafkaSettings {
  if (cluster === undefined) return {};
  const voters = Object.entries(cluster.controllerPorts).map(
    ([nodeId, port]) => `${nodeId}@127.0.0.1:${String(port)}`,
  );
  const ports = Object.values(cluster.controllerPorts);
  return {
    'node.id': cluster.nodeId,
    'controller.quorum.voters': voters.join(','),
    'controller.quorum.bootstrap.servers': ports.map((port) => `127.0.0.1:${port}`).join(','),
  };
}

/** 16 random bytes as Kafka writes them; a leading dash would look like an option to its tools. */
export function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
