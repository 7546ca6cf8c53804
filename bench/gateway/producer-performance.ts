import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CodedError } from '@emotion-fleet/service';
import { logTopics } from '@emotion-fleet/contracts';

const run = promisify(execFile);

export interface PerformanceOptions {
  readonly jars: string;
  readonly broker: string;
  readonly records: number;
  /** One message a line. */
  readonly payloadFile: string;
}

/** Kafka's own load generator; resolves to the records a second that it reports. */
export async function producerPerformance(options: PerformanceOptions): Promise<number> {
  const { jars, broker, records, payloadFile } = options;
  const { stdout } = await run(
    'java',
    [
      '-Xmx512m',
      ...['-cp', join(jars, '*'), 'org.apache.kafka.tools.ProducerPerformance'],
      ...['--topic', logTopics.faceEmotions.name, '--num-records', String(records)],
      ...['--throughput', '-1', '--payload-file', payloadFile],
      ...['--producer-props', `bootstrap.servers=${broker}`, 'acks=all', 'linger.ms=5'],
    ],
    { maxBuffer: 8 * 1024 * 1024, timeout: 120_000 },
  );
  const rate = [...stdout.matchAll(/records sent, ([\d.]+) records\/sec/g)].at(-1)?.[1];
  if (rate === undefined) throw new CodedError('no_answer', `ProducerPerformance said: ${stdout}`);
  return Number(rate);
}
