import type { TimeRange } from '../observation-store.ts';
import { dayMs } from '../windows/time.ts';
import { clip } from './buckets.ts';

/** No record is older: the schema of records begins here. */
const firstWindow = Date.UTC(2020, 0);

/** Only partitions that can have been written are asked for, however wide the range. */
export class WrittenTime {
  readonly #now: () => number;
  readonly #minuteRetentionMs: number;

  constructor({ now, minuteRetentionMs }: { now: () => number; minuteRetentionMs: number }) {
    this.#now = now;
    this.#minuteRetentionMs = minuteRetentionMs;
  }

  /** The part of a range in which there can be anything. */
  part(range: TimeRange, from = firstWindow): TimeRange {
    return clip(range, { from, to: this.#now() + dayMs });
  }

  /** The same for minutes, which are kept for a while only. */
  minutes(range: TimeRange): TimeRange {
    return this.part(range, this.#now() - this.#minuteRetentionMs + 1);
  }
}
