import type { LogTopic } from '@emotion-fleet/contracts';
import { withLimit, type Admin } from './client.ts';

/** First offset that is still there, and the one that the next entry will get. */
export interface OffsetRange {
  readonly low: number;
  readonly high: number;
}

/** What the broker knows about positions; every question is bounded in time. */
export class OffsetReader {
  readonly #admin: Admin;
  readonly #limitMs: number;

  constructor(admin: Admin, limitMs: number) {
    this.#admin = admin;
    this.#limitMs = limitMs;
  }

  /** Of each partition, by its number. */
  async ranges(topic: LogTopic): Promise<readonly OffsetRange[]> {
    const work = this.#admin.fetchTopicOffsets(topic.name);
    const found = await withLimit(work, this.#limitMs, 'the question for offsets');
    const ranges: OffsetRange[] = [];
    for (const { partition, low, high } of found) {
      ranges[partition] = { low: Number(low), high: Number(high) };
    }
    return ranges;
  }

  /** Next offset of the group in each partition; undefined where it has committed none. */
  async committed(groupId: string, topic: LogTopic): Promise<readonly (number | undefined)[]> {
    const work = this.#admin.fetchOffsets({ groupId, topics: [topic.name] });
    const found = await withLimit(work, this.#limitMs, 'the question for committed offsets');
    const offsets: (number | undefined)[] = [];
    for (const { partition, offset } of found.flatMap(({ partitions }) => partitions)) {
      offsets[partition] = Number(offset) < 0 ? undefined : Number(offset);
    }
    return offsets;
  }
}
