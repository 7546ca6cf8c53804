export { CassandraServer, type CassandraServerOptions } from './cassandra-server.ts';
export { type CassandraSettings, type CommitLogSync } from './cassandra-yaml.ts';
export { freePorts } from './free-ports.ts';
export { resolveClasspath, resolveJars, type JarsProgress } from './jars.ts';
export { KafkaCluster } from './kafka-cluster.ts';
export { KafkaServer, type KafkaServerOptions } from './kafka-server.ts';
export { type KafkaSettings } from './kafka-properties.ts';
export { waitUntil } from './wait-until.ts';
export {
  requireStack,
  skipWithoutStack,
  stackAvailability,
  type StackAvailability,
} from './toolchain.ts';
