/** The agent's way from record to broker without a camera: what load generators and fault tests drive. */
export { FileOutbox } from './outbox/file-outbox.ts';
export { FolderFiles } from './outbox/folder-files.ts';
export type { FileOutboxOptions, OutboxStatus } from './outbox/outbox-options.ts';
export type { PresenceDraft, RecordDraft, SampleDraft, VisitDraft } from './ports.ts';
export { backoffDelays } from './publish/backoff.ts';
export { DurableCounter } from './publish/durable-counter.ts';
export { MqttPublisher } from './publish/mqtt-publisher.ts';
