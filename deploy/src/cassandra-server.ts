import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cassandraYaml, type CassandraSettings, type CommitLogSync } from './cassandra-yaml.ts';
import { deployFile, resolveJars, type JarsProgress } from './jars.ts';
import { JavaProcess } from './java-process.ts';
import { choosePorts } from './server-folder.ts';
import type { ServerState } from './stack-state.ts';
import { javaCommand } from './toolchain.ts';

export interface CassandraServerOptions {
  /** Everything of the node: data, commit log, configuration, log. */
  readonly dataDirectory: string;
  /** Of the native protocol (CQL). */
  readonly port?: number;
  readonly storagePort?: number;
  /** Megabytes (default 512). */
  readonly heapMegabytes?: number;
  /** Default `batch`: acked means synced. */
  readonly commitLogSync?: CommitLogSync;
  /** Keys of cassandra.yaml beside, or instead of, ours. */
  readonly settings?: CassandraSettings;
  /** Further options of the JVM, such as `-Dcassandra.jmx.local.port=7199`. */
  readonly jvmOptions?: readonly string[];
  /** True (the default): ends with this process, by kill -9 too. False: stays. */
  readonly owned?: boolean;
  /** As soon as its process is there, long before it serves. */
  readonly onSpawned?: (state: ServerState) => Promise<void>;
  readonly readyTimeoutMs?: number;
  readonly cacheDirectory?: string;
  readonly onProgress?: (progress: JarsProgress) => void;
}

/**
 * One Cassandra node on loopback, from Maven's jars. It can be killed and started again on the same data; the
 * ports stay the same.
 */
export class CassandraServer {
  readonly localDataCenter = 'datacenter1';
  readonly #options: CassandraServerOptions;
  #process: JavaProcess | undefined;
  #port = 0;

  constructor(options: CassandraServerOptions) {
    this.#options = options;
  }

  /** Resolves when the node serves CQL. @throws OperatorError (see `resolveJars`), CodedError `died`, `not_ready` */
  async start(): Promise<void> {
    if (this.#process?.running === true) return;
    const { dataDirectory, port, storagePort, owned = true } = this.#options;
    const jars = await resolveJars({ ...this.#options, server: 'cassandra' });
    const ports = await choosePorts(dataDirectory, { port, storagePort });
    const { commitLogSync = 'batch', settings = {} } = this.#options;
    const triggers = join(dataDirectory, 'triggers');
    await mkdir(triggers, { recursive: true });
    const yaml = join(dataDirectory, 'cassandra.yaml');
    await writeFile(yaml, cassandraYaml({ ...ports, dataDirectory, commitLogSync, settings }));
    this.#port = ports.port;
    this.#process = new JavaProcess({
      name: 'Cassandra',
      command: javaCommand(),
      parameters: await this.#javaParameters(jars, yaml),
      logFile: join(dataDirectory, 'cassandra.log'),
      readyText: 'Startup complete',
      port: ports.port,
      readyTimeoutMs: this.#options.readyTimeoutMs ?? 120_000,
      owned,
      onSpawned: async (pid) => this.#options.onSpawned?.({ pid, address: this.contactPoint }),
    });
    await this.#process.start();
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
  }

  /** SIGKILL; resolves when the node is gone. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Undefined while the node does not run. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** `host:port` for drivers, once started. */
  get contactPoint(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** The last 100 lines of what the node said since it was started. */
  logTail(): string {
    return this.#process?.logTail() ?? '';
  }

  async #javaParameters(jars: string, yaml: string): Promise<string[]> {
    const { dataDirectory, heapMegabytes = 512, jvmOptions = [] } = this.#options;
    // Measures objects for Cassandra's memory accounting and has to be an agent.
    const jamm = (await readdir(jars)).find((file) => /^jamm-.*\.jar$/.test(file)) ?? 'jamm.jar';
    return [
      `-Xms${heapMegabytes}m`,
      `-Xmx${heapMegabytes}m`,
      `@${deployFile('cassandra/jvm.options')}`,
      `-javaagent:${join(jars, jamm)}`,
      `-Dlogback.configurationFile=file:${deployFile('cassandra/logback.xml')}`,
      `-Dcassandra.config=file://${yaml}`,
      `-Dcassandra.storagedir=${dataDirectory}`,
      `-Dcassandra.logdir=${dataDirectory}`,
      `-Dcassandra.triggers_dir=${join(dataDirectory, 'triggers')}`,
      '-Dcassandra-foreground=yes',
      // One node has nobody to gossip with and no ring to wait for.
      '-Dcassandra.skip_wait_for_gossip_to_settle=0',
      '-Dcassandra.initial_token=0',
      '-Dcassandra.ring_delay_ms=0',
      ...jvmOptions,
      '-cp',
      join(jars, '*'),
      'org.apache.cassandra.service.CassandraDaemon',
    ];
  }
}
