import type { LogTopic } from '@emotion-fleet/contracts';
import { withLimit, type Consumer, type Kafka } from './client.ts';
import type { OffsetReader } from './offset-reader.ts';

export interface CompactedReaderOptions {
  readonly kafka: Kafka;
  readonly offsets: OffsetReader;
  readonly topic: LogTopic;
  /** Of a group that lives as long as the read. */
  readonly groupId: string;
  readonly timeoutMs: number;
}

/** Latest value of each key, up to what the topic holds at the call. @throws EventLogError `timeout` */
export async function readCompactedTopic(
  options: CompactedReaderOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { kafka, offsets, topic, groupId, timeoutMs } = options;
  const ends = new Map<number, number>();
  for (const [partition, { low, high }] of (await offsets.ranges(topic)).entries()) {
    if (high > low) ends.set(partition, high);
  }
  const latest = new Map<string, Uint8Array>();
  if (ends.size === 0) return latest;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false });
  try {
    const read = readUntil(consumer, topic, ends, latest);
    await withLimit(read, timeoutMs, `reading ${topic.name}`);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
  return latest;
}

async function readUntil(
  consumer: Consumer,
  topic: LogTopic,
  ends: Map<number, number>,
  latest: Map<string, Uint8Array>,
): Promise<void> {
  const complete = Promise.withResolvers<undefined>();
  consumer.on(consumer.events.CRASH, ({ payload }) => complete.reject(payload.error));
  await consumer.connect();
  await consumer.subscribe({ topics: [topic.name], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      for (const { key, value } of batch.messages) {
        const name = key?.toString() ?? '';
        if (value === null) latest.delete(name);
        else latest.set(name, value);
      }
      if (Number(batch.lastOffset()) + 1 >= (ends.get(batch.partition) ?? 0)) {
        ends.delete(batch.partition);
      }
      if (ends.size === 0) complete.resolve(undefined);
    },
  });
  await complete.promise;
}
