import kafkajs, { type Kafka, type KafkaConfig, type logCreator } from 'kafkajs';
import type { Logger } from '@emotion-fleet/service';
import { EventLogError } from '../event-log.ts';

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

/**
 * The client that everything here shares. kafkajs retries each request a few times on its own (1.5 s in all);
 * what lasts longer is ours to decide.
 */
export function connectKafka({ brokers, clientId, security, logger }: KafkaConnection): Kafka {
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...security,
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 50, multiplier: 2, factor: 0.2, retries: 5, maxRetryTime: 1_000 },
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
