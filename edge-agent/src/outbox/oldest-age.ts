import { epochAt } from '../clock/clock-offset.ts';
import type { MemoryTail } from './memory-tail.ts';
import type { OutboxClock } from './outbox-options.ts';
import type { RunBook } from './run-book.ts';

export interface OldestAgeOptions {
  readonly book: RunBook;
  readonly clock: OutboxClock;
  readonly tail: MemoryTail;
}

/** About how long the oldest waiting record has waited, in ms; 0 while nobody can say. */
export function oldestAgeMs({ book, clock, tail }: OldestAgeOptions): number {
  const run = book.runs.find((candidate) => candidate.waiting > 0);
  if (run === undefined) return 0;
  const nowMs = clock.nowMs();
  const segment = run.segments.find(({ endSeq }) => run.nextWaiting(0) < endSeq);
  const firstAtMs = segment?.firstAtMs ?? tail.frames[0]?.observedAtMs ?? nowMs;
  // A segment may begin with records that are acked: the last of them is a closer bound.
  const oldestAtMs = Math.max(firstAtMs, run.lastAckedAtMs);
  if (run === book.current) return Math.max(0, nowMs - oldestAtMs);
  if (run.offset === undefined || clock.offset === undefined) return 0;
  return Math.max(0, epochAt(clock.offset, nowMs) - epochAt(run.offset, oldestAtMs));
}
