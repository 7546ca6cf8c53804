import type { LogTopic } from '@emotion-fleet/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import { EventLogError } from '../event-log.ts';
import { messageOf, withLimit, type Admin } from './client.ts';

const retryPauseMs = 100;

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
    const found = await this.#ask(() => this.#admin.fetchTopicOffsets(topic.name));
    const ranges: OffsetRange[] = [];
    for (const { partition, low, high } of found) {
      ranges[partition] = { low: Number(low), high: Number(high) };
    }
    return ranges;
  }

  /** Next offset of the group in each partition; undefined where it has committed none. */
  async committed(groupId: string, topic: LogTopic): Promise<readonly (number | undefined)[]> {
    const question = { groupId, topics: [topic.name] };
    const found = await this.#ask(() => this.#admin.fetchOffsets(question));
    const offsets: (number | undefined)[] = [];
    for (const { partition, offset } of found.flatMap(({ partitions }) => partitions)) {
      offsets[partition] = Number(offset) < 0 ? undefined : Number(offset);
    }
    return offsets;
  }

  /** kafkajs does not retry these by itself while the coordinator of a group is on its way. */
  async #ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const deadline = performance.now() + this.#limitMs;
    for (;;) {
      try {
        return await withLimit(question(), this.#limitMs, 'the question for offsets');
      } catch (error) {
        const { retriable } = error as { retriable?: boolean };
        if (error instanceof EventLogError) throw error;
        if (retriable !== true || performance.now() > deadline) {
          const sentence = `Kafka does not tell offsets: ${messageOf(error)}`;
          throw new EventLogError('unavailable', sentence, { cause: error });
        }
        await delay(retryPauseMs);
      }
    }
  }
}
