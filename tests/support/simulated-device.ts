import { randomUUID } from 'node:crypto';
import {
  backoffDelays,
  DurableCounter,
  FileOutbox,
  FolderFiles,
  MqttPublisher,
  type FileOutboxOptions,
  type OutboxFiles,
  type OutboxStatus,
  type PublisherOutbox,
} from '@emotion-fleet/edge-agent/device';
import { silentLogger } from '@emotion-fleet/service';
import { noteSynced } from './note-synced.ts';
import { recordDrafts } from './record-drafts.ts';
import { seededRandom } from './seeded-random.ts';

export interface SimulatedDeviceOptions {
  readonly deviceId: string;
  readonly token: string;
  readonly url: string;
  /** The outbox, kept from run to run. */
  readonly folder: string;
  readonly seed: number;
  /** Epoch ms of this run's first record; time passes only as records are made. */
  readonly startsAt: number;
  readonly outbox?: Partial<FileOutboxOptions>;
  readonly batchRecords?: number;
  /** See `DraftOptions`. */
  readonly idleMs?: number;
  /** The disk, between the outbox and its folder. */
  readonly aroundFiles?: (files: OutboxFiles) => OutboxFiles;
  /** Told below which seq the disk has all of this run, before the outbox hears of it. */
  readonly onSynced?: (syncedBelow: number) => void;
  /** Whoever stands between outbox and publisher. */
  readonly aroundOutbox?: (outbox: PublisherOutbox) => PublisherOutbox;
}

/** One run of a camera's real outbox and real publisher, with records that were made up. */
export class SimulatedDevice {
  readonly runId = randomUUID();
  readonly #outbox: FileOutbox;
  readonly #publisher: MqttPublisher;
  readonly #drafts;
  readonly #startsAt: number;
  #nowMs = 0;

  constructor(options: SimulatedDeviceOptions) {
    const { deviceId, token, url, folder, seed, startsAt, batchRecords = 200 } = options;
    const {
      idleMs = 0,
      aroundFiles = itself,
      aroundOutbox = itself,
      onSynced = () => undefined,
    } = options;
    const logger = silentLogger();
    const random = seededRandom(seed);
    const files = noteSynced(aroundFiles(new FolderFiles({ folder })), onSynced);
    this.#startsAt = startsAt;
    const clock = {
      nowMs: () => this.#nowMs,
      offset: { offsetMs: startsAt, clock: 'ntp' as const },
      toEpochMs: (monotonicMs: number) => startsAt + monotonicMs,
      wantsGatewayTime: false,
      offerGatewayTime: () => undefined,
    };
    const identity = { runId: this.runId, modelId: 'simulated' };
    this.#drafts = recordDrafts({ random, startsAtMs: 0, idleMs });
    this.#outbox = new FileOutbox({
      files,
      clock,
      logger,
      flushIntervalMs: 20,
      ...identity,
      ...options.outbox,
    });
    this.#publisher = new MqttPublisher({
      ...{ url, deviceId, token, logger, clock, batchRecords, ...identity },
      agentVersion: '0.0.0',
      outbox: aroundOutbox(this.#outbox),
      connectSeq: new DurableCounter({ files, name: 'connect' }),
      ackTimeoutMs: 6_000,
      newBackoff: () => backoffDelays({ baseMs: 50, maxMs: 500, random }),
    });
  }

  /** Epoch ms of the last record made. */
  get now(): number {
    return this.#startsAt + this.#nowMs;
  }

  async start(): Promise<void> {
    await this.#outbox.start();
    await this.#publisher.start();
  }

  /** Makes this many records, as fast as the outbox takes them. */
  append(records: number): void {
    for (let made = 0; made < records; made++) {
      const draft = this.#drafts.next().value;
      this.#nowMs = draft.observedAtMs;
      this.#outbox.append(draft);
    }
  }

  status(): OutboxStatus {
    return this.#outbox.status();
  }

  /** False where something is still not acked after `limitMs`. */
  async drain(limitMs: number): Promise<boolean> {
    await this.#outbox.flush();
    return this.#publisher.drain(limitMs);
  }

  async stop(): Promise<void> {
    await this.#publisher.stop();
    await this.#outbox.stop();
  }
}

function itself<Value>(value: Value): Value {
  return value;
}
