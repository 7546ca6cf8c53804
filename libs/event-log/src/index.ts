export * from './event-log.ts';
export { LatestValues, type LatestValuesOptions } from './latest-values.ts';
export * from './open-event-log.ts';
export { partitionOf } from './partitioner.ts';
export { KafkaEventLog, type KafkaEventLogOptions } from './kafka-event-log.ts';
export { SqliteEventLog, type SqliteEventLogOptions } from './sqlite-event-log.ts';
export { type RetentionLimits } from './sqlite/retention.ts';
