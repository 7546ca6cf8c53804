import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { HoleKind } from './hole-alarm.ts';
import type { AppliedBatch } from './record-handler.ts';

/** What is asked for when Prometheus comes. */
export interface ProcessorFigures {
  /** Null where it can't be said. */
  readonly lag: () => Promise<number | null>;
}

/** Figures of the processor beside its hop counter. Without a registry they cost nothing and say nothing. */
export class ProcessorMetrics {
  readonly #metrics: ReturnType<typeof register> | undefined;

  constructor(registry: Registry | undefined, source: ProcessorFigures) {
    this.#metrics = registry === undefined ? undefined : register(registry, source);
  }

  applied({ ledger, tooLate }: AppliedBatch, seconds: number): void {
    const metrics = this.#metrics;
    if (metrics === undefined) return;
    metrics.outcomes.inc({ outcome: 'stored' }, ledger.stored);
    metrics.outcomes.inc({ outcome: 'duplicate' }, ledger.duplicates);
    metrics.outcomes.inc({ outcome: 'marker' }, ledger.markers);
    metrics.outcomes.inc({ outcome: 'duplicate_marker' }, ledger.duplicateMarkers);
    metrics.tooLate.inc(tooLate);
    metrics.oversizedGaps.inc(ledger.oversizedGaps);
    metrics.flushSeconds.observe(seconds);
  }

  failed(): void {
    this.#metrics?.failures.inc();
  }

  hole(kind: HoleKind): void {
    this.#metrics?.offsetHoles.inc({ kind });
  }

  deviceMessages(
    kind: 'status' | 'health',
    { applied, bad }: { applied: number; bad: number },
  ): void {
    this.#metrics?.messages.inc({ kind, outcome: 'applied' }, applied);
    this.#metrics?.messages.inc({ kind, outcome: 'bad' }, bad);
  }

  interval(ms: number): void {
    this.#metrics?.intervalMs.set(ms);
  }
}

function register(registry: Registry, { lag }: ProcessorFigures) {
  const registers = [registry];
  new Gauge({
    name: 'emotion_processor_lag',
    help: 'Records in the log that the group has not applied yet, the same for each of its processors',
    registers,
    async collect() {
      const records = await lag();
      if (records === null) this.remove();
      else this.set(records);
    },
  });
  const offsetHoles = new Counter({
    name: 'emotion_processor_offset_holes_total',
    help: 'Places where the log did not go on where it should: records gone unread, or a log that was set back',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of ['gone', 'set_back'] satisfies HoleKind[]) offsetHoles.inc({ kind }, 0);
  return {
    offsetHoles,
    outcomes: new Counter({
      name: 'emotion_processor_record_outcomes_total',
      help: 'Forwarded records by what they were: stored or duplicate, marker or duplicate_marker',
      labelNames: ['outcome'],
      registers,
    }),
    tooLate: new Counter({
      name: 'emotion_processor_too_late_total',
      help: 'Forwarded records that came after their windows were sealed (duplicates included)',
      registers,
    }),
    oversizedGaps: new Counter({
      name: 'emotion_processor_oversized_gaps_total',
      help: 'Gap records that name more seqs than can be and were not entered into the ledger',
      registers,
    }),
    failures: new Counter({
      name: 'emotion_processor_failed_batches_total',
      help: 'Batches given back to the log because the store did not take them',
      registers,
    }),
    messages: new Counter({
      name: 'emotion_processor_device_messages_total',
      help: 'Status and health messages, applied or unreadable',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    flushSeconds: new Histogram({
      name: 'emotion_processor_flush_seconds',
      help: 'Time that one batch took to become durable',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    intervalMs: new Gauge({
      name: 'emotion_processor_flush_interval_ms',
      help: 'Least time between two batches of a partition, as it is now',
      registers,
    }),
  };
}
