import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CassandraServer, KafkaServer } from '@emotion-fleet/deploy';
import { KafkaEventLog } from '@emotion-fleet/event-log';
import {
  CassandraDeviceRegistry,
  CassandraObservationStore,
  type CassandraOptions,
} from '@emotion-fleet/observation-store';
import type { BenchContext } from './bench.ts';
import { cpuMsOf } from './process-cpu.ts';

/** One broker, one node: each entry and row there is once. */
const topics = { replicationFactor: 1, minInSyncReplicas: 1 };

/** Kafka and Cassandra of one bench, on free ports, in a folder that goes with them. */
export class BenchStack {
  readonly folder: string;
  readonly #kafka: KafkaServer;
  readonly #cassandra: CassandraServer;
  readonly #cleanup: BenchContext['cleanup'];

  static async start({ cleanup, say }: BenchContext): Promise<BenchStack> {
    const folder = await mkdtemp(join(tmpdir(), 'emotion-fleet-bench-'));
    cleanup.add(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    const stack = new BenchStack(folder, cleanup);
    say('starting Kafka and Cassandra ...');
    await Promise.all([stack.#kafka.start(), stack.#cassandra.start()]);
    say(`Kafka serves at ${stack.broker}, Cassandra at ${stack.contactPoint}`);
    return stack;
  }

  private constructor(folder: string, cleanup: BenchContext['cleanup']) {
    this.folder = folder;
    this.#cleanup = cleanup;
    this.#kafka = new KafkaServer({ dataDirectory: join(folder, 'kafka') });
    this.#cassandra = new CassandraServer({
      dataDirectory: join(folder, 'cassandra'),
      heapMegabytes: 1_024,
    });
    cleanup.add(async () => {
      // What they hold goes with the folder: nobody needs a clean end.
      await Promise.all([this.#kafka.kill(), this.#cassandra.kill()]);
    });
  }

  get broker(): string {
    return this.#kafka.bootstrap;
  }

  get contactPoint(): string {
    return this.#cassandra.contactPoint;
  }

  /** Of both servers so far; undefined where it can't be read. */
  cpuMs(): { readonly kafka: number | undefined; readonly cassandra: number | undefined } {
    return { kafka: cpuMsOf(this.#kafka.pid), cassandra: cpuMsOf(this.#cassandra.pid) };
  }

  /** A client of the log in this process, with the topics made. */
  async openLog(): Promise<KafkaEventLog> {
    const log = new KafkaEventLog({ brokers: [this.broker], clientId: 'bench', topics });
    await log.start();
    this.#cleanup.add(() => log.stop());
    return log;
  }

  async openRegistry(keyspace: string): Promise<CassandraDeviceRegistry> {
    const registry = new CassandraDeviceRegistry({ cassandra: this.#cassandraOptions(keyspace) });
    await registry.start();
    this.#cleanup.add(() => registry.stop());
    return registry;
  }

  async openStore(keyspace: string): Promise<CassandraObservationStore> {
    const store = new CassandraObservationStore({ cassandra: this.#cassandraOptions(keyspace) });
    await store.start();
    this.#cleanup.add(() => store.stop());
    return store;
  }

  /** What a service of the distributed profile is told of this stack. */
  environment(keyspace: string): Record<string, string> {
    return {
      EMOTION_PROFILE: 'distributed',
      EMOTION_KAFKA_BROKERS: this.broker,
      EMOTION_KAFKA_REPLICATION_FACTOR: '1',
      EMOTION_KAFKA_MIN_IN_SYNC_REPLICAS: '1',
      EMOTION_CASSANDRA_CONTACT_POINTS: this.contactPoint,
      EMOTION_CASSANDRA_LOCAL_DATA_CENTER: this.#cassandra.localDataCenter,
      EMOTION_CASSANDRA_KEYSPACE: keyspace,
      EMOTION_CASSANDRA_REPLICATION_FACTOR: '1',
      EMOTION_LOG_LEVEL: 'warn',
    };
  }

  #cassandraOptions(keyspace: string): CassandraOptions {
    const { localDataCenter } = this.#cassandra;
    return { contactPoints: [this.contactPoint], localDataCenter, keyspace, replication: 1 };
  }
}
