import type { LogPass } from './event-log.ts';
import type { PartitionSource } from './partition-source.ts';

const defaultMaxBatchEntries = 2_000;

/** `readThrough` over a log of this process. */
export async function passThroughSource(source: PartitionSource, pass: LogPass): Promise<void> {
  const { topic, maxBatchEntries: maxEntries = defaultMaxBatchEntries } = pass;
  const partitions = Array.from({ length: topic.partitions }, (_, partition) => partition);
  const ranges = await Promise.all(
    partitions.map(async (partition) => {
      const end = source.end(topic, partition);
      const { entries } = await source.read({ topic, partition, from: 0, maxEntries: 1 });
      return { partition, low: Math.min(end, entries[0]?.offset ?? end), end };
    }),
  );
  const total = ranges.reduce((sum, { low, end }) => sum + end - low, 0);
  let passed = 0;
  for (const { partition, low, end } of ranges) {
    for (let from = low; from < end;) {
      const slice = await source.read({ topic, partition, from, maxEntries });
      const entries = slice.entries.filter(({ offset }) => offset < end);
      if (entries.length > 0) await pass.onBatch({ topic, partition, entries });
      const next = Math.min(slice.next, end);
      passed += next - from;
      from = next;
      pass.onProgress?.(passed, total);
    }
  }
}
