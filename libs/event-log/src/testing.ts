/** For tests of other packages: a log in memory that can be held up or made to fail. */
export { MemoryEventLog, type MemoryEventLogOptions } from './memory-event-log.ts';
