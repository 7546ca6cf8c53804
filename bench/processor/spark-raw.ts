import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { logTopics } from '@emotion-fleet/contracts';
import { sparkCommand } from '../../cloud-processor/spark/spark-runtime.ts';
import type { BenchContext } from '../harness/bench.ts';
import type { BenchStack } from '../harness/bench-stack.ts';
import { LineProcess } from '../harness/line-process.ts';
import { peerFile } from '../harness/peers.ts';

const keyspace = 'bench_spark';
const topic = logTopics.faceEmotions;

/** Spark with raw rows alone; the function lets it read the log's last records and gives its rows a second. */
export async function startSpark(
  { cleanup }: BenchContext,
  { stack, records }: { readonly stack: BenchStack; readonly records: number },
): Promise<() => Promise<number>> {
  const { command, parameters, environment } = await sparkCommand(
    peerFile('spark-raw/raw_rows.py'),
  );
  await (await stack.openStore(keyspace)).stop(); // Makes the tables.
  const contactPoint = stack.contactPoint.split(':');
  const checkpoint = join(stack.folder, 'spark-checkpoint');
  const spark = new LineProcess({
    command,
    parameters: [...parameters, stack.broker, ...contactPoint, keyspace, checkpoint],
    environment,
  });
  cleanup.add(() => spark.stop());
  const { Kafka, logLevel } = kafkajs;
  const admin = new Kafka({ brokers: [stack.broker], logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  cleanup.add(() => admin.disconnect());
  return async () => {
    const ends = await admin.fetchTopicOffsets(topic.name);
    const share = Math.ceil(records / ends.length);
    const begins: Record<number, number> = {};
    for (const { partition, low, high } of ends) {
      begins[partition] = Math.max(Number(low), Number(high) - share);
    }
    return Number(await spark.ask(JSON.stringify({ [topic.name]: begins })));
  };
}
