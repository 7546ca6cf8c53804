import {
  decodeLogged,
  decodeReceived,
  logTopics,
  messageValidators,
  type SampleRecord,
} from '@emotion-fleet/contracts';
import { maxChangedIds } from '@emotion-fleet/contracts/api';
import type { EventConsumer, EventLog, PartitionBatch } from '@emotion-fleet/event-log';
import type { Logger } from '@emotion-fleet/service';
import { ApiError } from '../api-error.ts';
import type { Clock } from '../clock.ts';
import type { DashboardMetrics } from '../dashboard-metrics.ts';
import { isoTime } from '../queries/query-range.ts';
import { ChangeAnnouncer } from './change-announcer.ts';
import type { LiveEvents, LiveSink, LiveStream } from './live-stream.ts';
import { RecentFaces } from './recent-faces.ts';

export interface LiveHubOptions {
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: DashboardMetrics;
  /** Asked again for each camera after half a minute. */
  readonly mayShowFaces: (deviceId: string) => Promise<boolean>;
  /** Unique to this process: every server reads everything. */
  readonly groupId: string;
  /** Default 100. */
  readonly maxStreams?: number;
  /** A client that leaves more than this untaken is dropped; default 256 KiB. */
  readonly maxBufferedBytes?: number;
  /** Default 1,000. */
  readonly changedIntervalMs?: number;
}

const permissionMs = 30_000;
/** Bounds `faces` to four events a second. */
const batchIntervalMs = 250;

/** Follows the log once for all streams of `/live`. Nothing is queued here: a slow client is dropped. */
export class LiveHub {
  readonly #options: LiveHubOptions;
  readonly #streams = new Set<LiveStream>();
  readonly #faces = new Map<string, RecentFaces>();
  readonly #permissions = new Map<string, { allowed: boolean; until: number }>();
  readonly #connectSeqs = new Map<string, number>();
  readonly #announcer: ChangeAnnouncer;
  #consumer: EventConsumer | undefined;

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#announcer = new ChangeAnnouncer({
      announce: (deviceIds) => this.#announceChanged(deviceIds),
      ...(options.changedIntervalMs !== undefined && { tickMs: options.changedIntervalMs }),
    });
  }

  async start(): Promise<void> {
    const { eventLog, groupId, logger } = this.#options;
    this.#consumer = eventLog.createConsumer({
      groupId,
      topics: [logTopics.faceEmotions, logTopics.deviceStatus],
      from: 'end',
      batchIntervalMs: () => batchIntervalMs,
      onBatch: (batch) => this.#take(batch),
      onError: (error) => logger.warn({ err: error }, 'live events could not be read'),
    });
    await this.#consumer.start();
  }

  async stop(): Promise<void> {
    await this.#consumer?.stop();
    this.#consumer = undefined;
    this.#announcer.stop();
    for (const stream of [...this.#streams]) {
      stream.sink.close('end');
      this.leave(stream);
    }
  }

  /** @throws ApiError `too_many_streams` */
  join(sink: LiveSink, deviceId?: string): LiveStream {
    const { maxStreams = 100 } = this.#options;
    if (this.#streams.size >= maxStreams) {
      throw new ApiError('too_many_streams', `There are ${maxStreams} live streams already.`);
    }
    const stream: LiveStream = { sink, deviceId };
    this.#streams.add(stream);
    this.#options.metrics.liveStreams.set(this.#streams.size);
    return stream;
  }

  /** May be called more than once. */
  leave(stream: LiveStream): void {
    this.#streams.delete(stream);
    this.#options.metrics.liveStreams.set(this.#streams.size);
    const { deviceId } = stream;
    if (deviceId !== undefined && !this.#isWatched(deviceId)) this.#faces.delete(deviceId);
  }

  async #take({ topic, entries }: PartitionBatch): Promise<void> {
    if (topic.name === logTopics.deviceStatus.name) {
      for (const { key, value } of entries) if (value !== null) this.#takeStatus(key, value);
      return;
    }
    const seen = new Set<string>();
    for (const { key, value } of entries) {
      this.#announcer.note(key);
      if (value === null || !this.#isWatched(key)) continue;
      const decoded = decodeLogged(value);
      if (!decoded.ok || decoded.value.record.kind !== 'sample') continue;
      if (this.#takeSample(key, decoded.value.record)) seen.add(key);
    }
    for (const deviceId of seen) await this.#sendFaces(deviceId);
  }

  #takeSample(deviceId: string, sample: SampleRecord): boolean {
    let faces = this.#faces.get(deviceId);
    if (faces === undefined) this.#faces.set(deviceId, (faces = new RecentFaces()));
    return faces.add(sample, this.#options.clock.now());
  }

  async #sendFaces(deviceId: string): Promise<void> {
    if (!(await this.#mayShowFaces(deviceId))) return;
    const look = this.#faces.get(deviceId)?.look(deviceId);
    if (look === undefined) return;
    for (const stream of this.#streams) {
      if (stream.deviceId === deviceId) this.#send(stream, 'faces', look);
    }
  }

  async #mayShowFaces(deviceId: string): Promise<boolean> {
    const now = this.#options.clock.now();
    const known = this.#permissions.get(deviceId);
    if (known !== undefined && now < known.until) return known.allowed;
    // Whatever the reason: what can't be shown to be allowed isn't shown.
    const allowed = await this.#options.mayShowFaces(deviceId).catch((error: unknown) => {
      this.#options.logger.warn({ err: error, deviceId }, 'group size could not be read');
      return false;
    });
    this.#permissions.set(deviceId, { allowed, until: now + permissionMs });
    return allowed;
  }

  /** A will of an old connection comes after the birth of a newer one; its lower `connectSeq` tells. */
  #takeStatus(deviceId: string, value: Uint8Array): void {
    const { message, receivedAt } = decodeReceived(deviceId, value) ?? {};
    if (receivedAt === undefined || !messageValidators.status.Check(message)) return;
    if (message.connectSeq < (this.#connectSeqs.get(deviceId) ?? 0)) return;
    this.#connectSeqs.set(deviceId, message.connectSeq);
    const event = { deviceId, state: message.state, at: isoTime(receivedAt) };
    for (const stream of this.#streams) {
      if (concerns(stream, deviceId)) this.#send(stream, 'status', event);
    }
  }

  #announceChanged(deviceIds: readonly string[]): void {
    const at = isoTime(this.#options.clock.now());
    for (const stream of this.#streams) {
      const mine = deviceIds.filter((deviceId) => concerns(stream, deviceId));
      if (mine.length === 0) continue;
      this.#send(stream, 'changed', mine.length > maxChangedIds ? { at } : { at, deviceIds: mine });
    }
  }

  #send<Name extends keyof LiveEvents>(
    stream: LiveStream,
    name: Name,
    data: LiveEvents[Name],
  ): void {
    const { maxBufferedBytes = 256 * 1024, logger, metrics } = this.#options;
    if (stream.sink.bufferedBytes() > maxBufferedBytes) {
      metrics.liveStreamsDropped.inc();
      logger.info({ maxBufferedBytes }, 'live stream dropped: its client is too slow');
      stream.sink.close('abort');
      this.leave(stream);
      return;
    }
    stream.sink.send(name, data);
  }

  #isWatched(deviceId: string): boolean {
    for (const stream of this.#streams) if (stream.deviceId === deviceId) return true;
    return false;
  }
}

function concerns(stream: LiveStream, deviceId: string): boolean {
  return stream.deviceId === undefined || stream.deviceId === deviceId;
}
