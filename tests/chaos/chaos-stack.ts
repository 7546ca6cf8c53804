import { join } from 'node:path';
import { CassandraServer, KafkaServer } from '@emotion-fleet/deploy';
import { openEventLog, type EventLog } from '@emotion-fleet/event-log';
import {
  openDeviceRegistry,
  openObservationStore,
  type DeviceRegistry,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { silentLogger } from '@emotion-fleet/service';

const keyspace = 'chaos';
/** They are killed before optimized code pays: without it a start takes half of the CPU (Cassandra: 13 s instead of 25). */
const briefLives = { jvmOptions: ['-XX:TieredStopAtLevel=1'], readyTimeoutMs: 240_000 };

/** A Kafka broker and a Cassandra node of its own, and ways to them. */
export class ChaosStack {
  readonly kafka: KafkaServer;
  readonly cassandra: CassandraServer;

  constructor({ folder }: { folder: string }) {
    this.kafka = new KafkaServer({ ...briefLives, dataDirectory: join(folder, 'kafka') });
    this.cassandra = new CassandraServer({
      ...briefLives,
      dataDirectory: join(folder, 'cassandra'),
    });
  }

  async start(): Promise<void> {
    await Promise.all([this.kafka.start(), this.cassandra.start()]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.kafka.kill(), this.cassandra.kill()]);
  }

  /** What a service is told. */
  environment(): Record<string, string> {
    return {
      EMOTION_PROFILE: 'distributed',
      EMOTION_KAFKA_BROKERS: this.kafka.bootstrap,
      EMOTION_KAFKA_REPLICATION_FACTOR: '1',
      EMOTION_KAFKA_MIN_IN_SYNC_REPLICAS: '1',
      EMOTION_CASSANDRA_CONTACT_POINTS: this.cassandra.contactPoint,
      EMOTION_CASSANDRA_REPLICATION_FACTOR: '1',
      EMOTION_CASSANDRA_KEYSPACE: keyspace,
    };
  }

  /** The same adapters for whoever looks from outside; not started. */
  open(): { eventLog: EventLog; store: ObservationStore; registry: DeviceRegistry } {
    const settings = {
      profile: 'distributed' as const,
      kafkaBrokers: this.kafka.bootstrap,
      kafkaReplicationFactor: 1,
      kafkaMinInSyncReplicas: 1,
      cassandraContactPoints: this.cassandra.contactPoint,
      cassandraLocalDataCenter: this.cassandra.localDataCenter,
      cassandraKeyspace: keyspace,
      cassandraReplicationFactor: 1,
    };
    const eventLog = openEventLog(settings, { clientId: 'chaos', logger: silentLogger() });
    const store = openObservationStore(settings);
    return { eventLog, store, registry: openDeviceRegistry(settings) };
  }
}
