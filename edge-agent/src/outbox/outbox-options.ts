import { outboxMaxAgeMs } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import type { ClockOffset } from '../clock/clock-offset.ts';
import type { OutboxFiles } from './outbox-files.ts';

/** Monotonic time, and the run's offset once it is fixed. */
export interface OutboxClock {
  nowMs(): number;
  readonly offset: ClockOffset | undefined;
}

export interface FileOutboxOptions {
  readonly files: OutboxFiles;
  readonly clock: OutboxClock;
  /** A random UUID, new at each start of the agent. */
  readonly runId: string;
  /** Stands in gap records. */
  readonly modelId: string;
  readonly logger: Logger;
  /** Upper bound of all segments together, 256 MiB by default. */
  readonly maxBytes?: number;
  readonly maxAgeMs?: number;
  /** Between two group fsyncs, 200 ms by default: what a power cut can cost. */
  readonly flushIntervalMs?: number;
  readonly segmentBytes?: number;
  readonly segmentSpanMs?: number;
  /** Records held in memory while the disk doesn't take them. */
  readonly maxTailBytes?: number;
  readonly reserveBytes?: number;
  /** Acks reach the disk at least this late; a crash sends again what was acked since. */
  readonly markIntervalMs?: number;
  /** How many times longer than `flushIntervalMs` the outbox waits just now, 1 by default: for a card that is worn. */
  readonly flushStretch?: () => number;
}

export interface OutboxStatus {
  /** Records that wait for an ack. */
  readonly records: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
  /** created = acked + declared + records; what waited at the start counts as created. */
  readonly created: number;
  readonly acked: number;
  readonly declared: number;
}

export const outboxDefaults = {
  maxBytes: 256 * 1024 ** 2,
  maxAgeMs: outboxMaxAgeMs,
  flushIntervalMs: 200,
  segmentBytes: 1024 ** 2,
  segmentSpanMs: 3_600_000,
  maxTailBytes: 1024 ** 2,
  reserveBytes: 1024 ** 2 + 128 * 1024,
  markIntervalMs: 30_000,
  flushStretch: () => 1,
};
