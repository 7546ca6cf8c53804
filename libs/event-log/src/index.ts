export * from './event-log.ts';
export { partitionOf } from './partitioner.ts';
export { SqliteEventLog, type SqliteEventLogOptions } from './sqlite-event-log.ts';
export { type RetentionLimits } from './sqlite/retention.ts';
