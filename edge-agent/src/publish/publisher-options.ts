import { randomUUID } from 'node:crypto';
import { maxBatchRecords, type ReportedConfig } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import type { BatchLimits, OutboxBatch } from '../outbox/batch-reader.ts';
import type { RunClock } from '../ports.ts';
import { backoffDelays } from './backoff.ts';
import type { DurableCounter } from './durable-counter.ts';
import type { AskingClock } from './time-asker.ts';

/** What the publisher needs of the outbox. */
export interface PublisherOutbox {
  take(limits: BatchLimits): Promise<OutboxBatch | undefined>;
  ack(batch: OutboxBatch): void;
  rewind(): void;
  onReady(listener: () => void): () => void;
  status(): { readonly records: number };
}

/** What the publisher needs of the remote configuration. */
export interface ConfigSide {
  /** Takes what came on `config`, whatever it is; must not throw. */
  receive(payload: Buffer): void;
  /** What the device runs with now. */
  report(): ReportedConfig;
}

export interface MqttPublisherOptions {
  /** `mqtt://host:port` or `mqtts://host:port` */
  readonly url: string;
  readonly deviceId: string;
  readonly token: string;
  readonly ca?: Buffer | undefined;
  readonly runId: string;
  readonly agentVersion: string;
  readonly modelId: string;
  readonly detail?: string | undefined;
  readonly outbox: PublisherOutbox;
  readonly clock: AskingClock & Pick<RunClock, 'toEpochMs'>;
  readonly connectSeq: DurableCounter;
  /** Without it the device listens to no configuration and reports none. */
  readonly config?: ConfigSide | undefined;
  readonly logger: Logger;
  /** Batches in flight; above 1 their order at the broker is that of sending only while no connection breaks. */
  readonly window?: number;
  readonly batchRecords?: number;
  readonly batchBytes?: number;
  readonly keepaliveS?: number;
  readonly connectTimeoutMs?: number;
  /** A batch that isn't acked by then ends the connection. */
  readonly ackTimeoutMs?: number;
  readonly timeRequestIntervalMs?: number;
  /** Waits between attempts; begun anew after each connection that came up. */
  readonly newBackoff?: () => Generator<number, never>;
  readonly newId?: () => string;
}

type Optional =
  | 'window'
  | 'batchRecords'
  | 'batchBytes'
  | 'keepaliveS'
  | 'connectTimeoutMs'
  | 'ackTimeoutMs'
  | 'timeRequestIntervalMs'
  | 'newBackoff'
  | 'newId';

export const publisherDefaults: Required<Pick<MqttPublisherOptions, Optional>> = {
  window: 1,
  batchRecords: maxBatchRecords,
  batchBytes: 100 * 1024,
  keepaliveS: 30,
  connectTimeoutMs: 10_000,
  ackTimeoutMs: 15_000,
  timeRequestIntervalMs: 5_000,
  newBackoff: () => backoffDelays({ baseMs: 1_000, maxMs: 60_000, random: Math.random }),
  newId: randomUUID,
};
