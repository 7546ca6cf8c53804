export type KafkaSettings = Readonly<Record<string, string | number | boolean>>;

export interface KafkaPropertiesOptions {
  readonly port: number;
  readonly controllerPort: number;
  readonly logDirectory: string;
  readonly settings: KafkaSettings;
}

/** server.properties of one broker that is its own controller, on loopback. Source: Kafka 4 documentation. */
export function kafkaProperties(options: KafkaPropertiesOptions): string {
  const { port, controllerPort, logDirectory, settings } = options;
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  const properties: KafkaSettings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners,
    'advertised.listeners': listeners,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDirectory,
    // Topics come from the migration alone: a misspelt name must fail.
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Without these a broker that was killed waits for its own old session before it serves again.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'controller.quorum.election.timeout.ms': 500,
    'controller.quorum.election.backoff.max.ms': 200,
    // The default of 128 MiB is half of our heap.
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    ...settings,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${String(value)}\n`)
    .join('');
}
