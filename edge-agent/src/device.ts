/** The agent's way from record to broker without a camera: what load generators and fault tests drive. */
export type { BatchLimits, OutboxBatch } from './outbox/batch-reader.ts';
export { FileOutbox } from './outbox/file-outbox.ts';
export { framesIn } from './outbox/frame.ts';
export { FolderFiles } from './outbox/folder-files.ts';
export type { OutboxFiles } from './outbox/outbox-files.ts';
export type { FileOutboxOptions, OutboxStatus } from './outbox/outbox-options.ts';
export type { PresenceDraft, RecordDraft, SampleDraft, VisitDraft } from './ports.ts';
export { backoffDelays } from './publish/backoff.ts';
export { DurableCounter } from './publish/durable-counter.ts';
export { MqttPublisher } from './publish/mqtt-publisher.ts';
export type { PublisherOutbox } from './publish/publisher-options.ts';
