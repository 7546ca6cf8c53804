import type { LogTopic } from '@emotion-fleet/contracts';
import { passThroughTopic, type TopicPassOptions } from './topic-pass.ts';

/** Latest value of each key, up to what the topic holds at the call. @throws EventLogError `timeout` */
export async function readCompactedTopic(
  topic: LogTopic,
  options: TopicPassOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const latest = new Map<string, Uint8Array>();
  await passThroughTopic(options, {
    topic,
    onBatch: async ({ entries }) => {
      for (const { key, value } of entries) {
        if (value === null) latest.delete(key);
        else latest.set(key, value);
      }
    },
  });
  return latest;
}
