import kafkajs, { type Kafka, type KafkaConfig, type logCreator } from 'kafkajs';
import type { Logger } from '@emotion-fleet/service';
import { EventLogError } from '../event-log.ts';
import { restIdleQueues } from './request-queue.ts';

export type {
  Admin,
  Consumer,
  EachBatchPayload,
  IHeaders,
  Kafka,
  KafkaMessage,
  Message,
  Producer,
  ProducerBatch,
  RecordMetadata,
} from 'kafkajs';

// A CommonJS package: not all of its names can be imported one by one.
export const { ConfigResourceTypes } = kafkajs;
const { logLevel } = kafkajs;

export interface KafkaConnection {
  /** `host:port` of some brokers; the others are learnt from them. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly security?: Pick<KafkaConfig, 'ssl' | 'sasl'>;
  readonly logger?: Logger;
}

/** A few retries within 1.5 s: what lasts longer is ours to decide. */
const impatience = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 5 };

/**
 * For consumers: a broker that restarts is waited for, about 40 s. The member then keeps its id and goes on at
 * once; a new one would have to wait until the old one's session is over.
 */
export const patience = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 45 };

/** A client of kafkajs, which knows brokers and how patient to be, but connects nothing itself. */
export function connectKafka(connection: KafkaConnection, retry = impatience): Kafka {
  restIdleQueues();
  const { brokers, clientId, security, logger } = connection;
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...security,
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    retry,
    logLevel: logger === undefined ? logLevel.NOTHING : logLevel.INFO,
    ...(logger !== undefined && { logCreator: toLogger(logger) }),
  });
}

/** kafkajs cries `error` at each retry that then succeeds: its lines are for people who look for them. */
function toLogger(logger: Logger): logCreator {
  return () =>
    ({ namespace, log: { message, ...fields } }) =>
      logger.debug({ namespace, kafka: message, ...fields }, 'kafka client');
}

/** kafkajs can wait for ever where a broker answers nothing. @throws EventLogError `timeout` */
export async function withLimit<Value>(
  work: Promise<Value>,
  limitMs: number,
  what: string,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new EventLogError('timeout', `${what} took longer than ${limitMs} ms`));
    }, limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
