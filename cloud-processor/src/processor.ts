import { setTimeout as delay } from 'node:timers/promises';
import { logTopics, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import type { EventConsumer, EventLog, OffsetHole, PartitionBatch } from '@emotion-fleet/event-log';
import type { DeviceRegistry, ObservationStore } from '@emotion-fleet/observation-store';
import {
  HopCounter,
  reasonOf,
  startAll,
  type HopHealth,
  type HopSnapshot,
  type Logger,
} from '@emotion-fleet/service';
import type { Registry } from 'prom-client';
import { systemClock, type Clock } from './clock.ts';
import { applyHealth, applyStatuses, type AppliedMessages } from './device-messages.ts';
import { FlushPacer, type FlushPacerOptions } from './flush-pacer.ts';
import { HoleAlarm, holeKind } from './hole-alarm.ts';
import { LagWatch } from './lag-watch.ts';
import { ProcessorMetrics } from './processor-metrics.ts';
import {
  BatchPostponed,
  defaultCacheLimits,
  RecordHandler,
  type CacheLimits,
} from './record-handler.ts';
import { SiteDirectory } from './scopes/site-directory.ts';

export interface ProcessorOptions {
  /** Started before the processor and stopped after it, as are store and registry. */
  readonly eventLog: EventLog;
  readonly store: ObservationStore;
  readonly registry: Pick<DeviceRegistry, 'listAssignments'>;
  readonly logger: Logger;
  readonly metrics?: Registry | undefined;
  readonly clock?: Clock;
  /** Monotonic ms. */
  readonly stopwatch?: () => number;
  /** Consumers of status and health add `-status` and `-health`. */
  readonly groupId?: string;
  readonly maxBatchEntries?: number;
  readonly sealAfterMs?: number;
  /** How long the registry's assignments are used before they are read again. */
  readonly assignmentsMaxAgeMs?: number;
  /** A batch in hand for longer than this makes the processor `degraded`. */
  readonly slowBatchMs?: number;
  /** How long `health` waits for the log to say how far it is. */
  readonly lagPatienceMs?: number;
  readonly flush?: FlushPacerOptions;
  readonly cacheLimits?: Partial<CacheLimits>;
}

/** Turns the log into the store: raw rows, windows, scope sums, grids, ledger, status and health. */
export class Processor {
  readonly #options: ProcessorOptions;
  readonly #handler: RecordHandler;
  readonly #pacer: FlushPacer;
  readonly #hop: HopCounter;
  readonly #metrics: ProcessorMetrics;
  readonly #lag: LagWatch;
  readonly #holes = new HoleAlarm();
  readonly #stopwatch: () => number;
  readonly #maxBatchEntries: number;
  #records: EventConsumer | undefined;
  #consumers: readonly EventConsumer[] = [];
  readonly #batchesInHand = new Map<PartitionBatch, number>();
  #lastBatchEnd: number | undefined;
  #lastAppliedAt: number | undefined;
  #failuresInRow = 0;
  /** Why the last batch has to wait, where that is nobody's fault. */
  #postponed: BatchPostponed | undefined;

  constructor(options: ProcessorOptions) {
    const { store, registry, logger, metrics, clock = systemClock } = options;
    this.#options = options;
    this.#stopwatch = options.stopwatch ?? (() => performance.now());
    this.#maxBatchEntries = options.maxBatchEntries ?? defaultMaxBatchEntries;
    this.#pacer = new FlushPacer(options.flush);
    this.#hop = new HopCounter({
      hop: 'processor',
      ...(metrics === undefined ? {} : { registry: metrics }),
    });
    this.#lag = new LagWatch({
      ask: async () => (await this.#records?.lag()) ?? null,
      patienceMs: options.lagPatienceMs ?? 500,
    });
    this.#metrics = new ProcessorMetrics(metrics, { lag: () => this.#lag.read() });
    const sites = new SiteDirectory({
      registry,
      clock,
      maxAgeMs: options.assignmentsMaxAgeMs ?? 5_000,
      onStale: (err) => logger.warn({ err }, 'registry not readable, using its last answer'),
    });
    this.#handler = new RecordHandler({
      store,
      sites,
      sealAfterMs: options.sealAfterMs ?? outboxMaxAgeMs,
      limits: { ...defaultCacheLimits, ...options.cacheLimits },
    });
  }

  /** Joins the consumer groups. */
  async start(): Promise<void> {
    this.#records = this.#recordConsumer();
    this.#consumers = [this.#records, this.#statusConsumer(), this.#healthConsumer()];
    await startAll(this.#consumers);
  }

  /**
   * Waits until everything in the log is applied, while nobody writes to it any more; false where that takes
   * longer than `limitMs`.
   */
  async drain(limitMs: number): Promise<boolean> {
    const giveUpAt = this.#stopwatch() + limitMs;
    for (;;) {
      const lags = await Promise.all(this.#consumers.map((consumer) => consumer.lag()));
      if (lags.every((lag) => lag === 0)) return true;
      if (this.#stopwatch() >= giveUpAt) return false;
      await delay(drainPollMs);
    }
  }

  /** Ends the batches in hand and commits them. */
  async stop(): Promise<void> {
    const consumers = this.#consumers;
    this.#consumers = [];
    this.#records = undefined;
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  }

  /** Messages of `face-emotions`: received = forwarded + dropped(reason) + in flight. */
  counts(): HopSnapshot {
    return this.#hop.snapshot();
  }

  /**
   * With `lag` (entries not yet applied, null where the log doesn't say) and `lastAppliedAgeMs`; `degraded` while
   * records have to wait, whoever is the cause.
   */
  async health(): Promise<HopHealth> {
    if (this.#records === undefined)
      return { state: 'down', detail: 'The processor is not running.' };
    const lag = await this.#lag.read();
    const figures = {
      lag,
      offsetHoles: this.#holes.count,
      lastAppliedAgeMs:
        this.#lastAppliedAt === undefined ? null : this.#stopwatch() - this.#lastAppliedAt,
      flushIntervalMs: Math.round(this.#pacer.intervalMs()),
    };
    const trouble =
      this.#trouble() ?? (lag === null ? 'The event log does not answer.' : undefined);
    return trouble === undefined
      ? { state: 'ok', ...figures }
      : { state: 'degraded', detail: trouble, ...figures };
  }

  #trouble(): string | undefined {
    const { store, eventLog, slowBatchMs = 10_000 } = this.#options;
    const storeHealth = store.health();
    if (storeHealth.state !== 'ok') {
      return `The store is ${storeHealth.state}; records wait in the log.`;
    }
    const log = eventLog.health();
    if (log.state !== 'ok') {
      return `The event log is ${log.state} (${reasonOf(log)}); no records come.`;
    }
    if (this.#postponed !== undefined) return this.#postponed.message;
    if (this.#failuresInRow > 0) return 'The last batch failed; its records wait in the log.';
    const oldest = Math.min(...this.#batchesInHand.values());
    if (this.#stopwatch() - oldest > slowBatchMs) return 'The store is slow.';
    return this.#holes.trouble;
  }

  #recordConsumer(): EventConsumer {
    const { eventLog, groupId = defaultGroupId, logger } = this.#options;
    return eventLog.createConsumer({
      groupId,
      topics: [logTopics.faceEmotions],
      from: 'start',
      maxBatchEntries: this.#maxBatchEntries,
      partitionsAtOnce,
      batchIntervalMs: () => this.#pacer.intervalMs(),
      onAssigned: () => this.#handler.dropCaches(),
      onBatch: (batch) => this.#applyRecords(batch),
      onError: (err) => {
        if (err instanceof BatchPostponed)
          logger.info({ code: err.code }, 'record batch postponed');
        else logger.error({ err }, 'record batch failed');
      },
      onHole: (hole) => this.#noteHole(hole),
    });
  }

  #noteHole(hole: OffsetHole): void {
    this.#options.logger.error({ ...hole }, 'the log does not go on where it should');
    this.#holes.tell(hole);
    this.#metrics.hole(holeKind(hole));
  }

  async #applyRecords(batch: PartitionBatch): Promise<void> {
    const { partition, entries } = batch;
    const startedAt = this.#stopwatch();
    this.#batchesInHand.set(batch, startedAt);
    this.#hop.receive(entries.length);
    try {
      const applied = await this.#handler.apply(batch);
      for (const { offset, reason, detail } of applied.bad) {
        this.#options.logger.warn({ partition, offset, reason, detail }, 'bad log message skipped');
      }
      this.#hop.forward(entries.length - applied.bad.length - applied.erased);
      if (applied.erased > 0) this.#hop.drop('erased', applied.erased);
      if (applied.bad.length > 0) this.#hop.drop('bad_message', applied.bad.length);
      const isFull = entries.length >= Math.min(this.#maxBatchEntries, backlogEntries);
      this.#settle(batch, { startedAt, isFull });
      this.#metrics.applied(applied, (this.#stopwatch() - startedAt) / 1_000);
      this.#lastAppliedAt = this.#stopwatch();
      this.#failuresInRow = 0;
      this.#postponed = undefined;
    } catch (error) {
      // The log delivers them again.
      this.#hop.drop('returned_to_log', entries.length);
      this.#settle(batch, { startedAt, isFull: false });
      this.#postponed = error instanceof BatchPostponed ? error : undefined;
      if (this.#postponed === undefined) {
        this.#failuresInRow += 1;
        this.#metrics.failed();
      }
      throw error;
    }
  }

  #settle(
    batch: PartitionBatch,
    { startedAt, isFull }: { startedAt: number; isFull: boolean },
  ): void {
    const now = this.#stopwatch();
    this.#batchesInHand.delete(batch);
    const lastEnd = this.#lastBatchEnd ?? startedAt;
    this.#pacer.observe({
      durationMs: now - Math.max(startedAt, lastEnd),
      sincePreviousMs: Math.max(0, startedAt - lastEnd),
      isFull,
    });
    this.#metrics.interval(this.#pacer.intervalMs());
    this.#lastBatchEnd = now;
  }

  #statusConsumer(): EventConsumer {
    const { store } = this.#options;
    return this.#messageConsumer('status', (batch) => applyStatuses(store, batch));
  }

  #healthConsumer(): EventConsumer {
    const { store } = this.#options;
    return this.#messageConsumer('health', (batch) => applyHealth(store, batch));
  }

  #messageConsumer(
    kind: 'status' | 'health',
    apply: (batch: PartitionBatch) => Promise<AppliedMessages>,
  ): EventConsumer {
    const { eventLog, groupId = defaultGroupId, logger } = this.#options;
    return eventLog.createConsumer({
      groupId: `${groupId}-${kind}`,
      topics: [kind === 'status' ? logTopics.deviceStatus : logTopics.deviceHealth],
      from: 'start',
      onBatch: async (batch) => {
        // What is erased is not put by the store; here it learns of it.
        await this.#options.store.refresh();
        this.#metrics.deviceMessages(kind, await apply(batch));
      },
      onError: (err) => logger.error({ err, kind }, 'device message batch failed'),
    });
  }
}

const defaultGroupId = 'cloud-processor';
/**
 * Each batch writes every window that it touches once: some 350 rows for the 40 devices of a partition, whether it
 * holds 500 records of theirs or 10,000.
 */
const defaultMaxBatchEntries = 10_000;
/** While rows of one are being written, those of another are computed. */
const partitionsAtOnce = 3;
/** A batch of so many has not gathered during an interval: it comes from a backlog. */
const backlogEntries = 2_000;
const drainPollMs = 20;
