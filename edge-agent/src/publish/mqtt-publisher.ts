import {
  channels,
  mqttTopic,
  schemaVersion,
  type HealthMessage,
  type StatusMessage,
} from '@emotion-fleet/contracts';
import { ConfigReporter } from './config-reporter.ts';
import { PublishError } from './errors.ts';
import { MqttConnection, type MqttMessage } from './mqtt-connection.ts';
import { publisherDefaults, type MqttPublisherOptions } from './publisher-options.ts';
import { TimeAsker } from './time-asker.ts';
import { Wakeup } from './wakeup.ts';

const farewellTimeoutMs = 2_000;

/**
 * Takes the outbox to the broker: connects again for ever, says birth and offline, sends one batch after the other and
 * acks the outbox by the broker's acks. Holds nothing but the batches in flight: after a break the outbox begins again
 * with its oldest record that isn't acked.
 */
export class MqttPublisher {
  readonly #options: MqttPublisherOptions & typeof publisherDefaults;
  /** Cuts short what a stop would have to wait for. */
  readonly #abort = new AbortController();
  readonly #wakeup = new Wakeup();
  readonly #timeAsker: TimeAsker;
  readonly #reporter: ConfigReporter | undefined;
  #connection: MqttConnection | undefined;
  /** The birth's number, which the farewell carries, too. */
  #connectSeq = 0;
  #loop: Promise<void> | undefined;
  #stopping = false;
  #lastReason: string | undefined;
  #detail: string | undefined;
  #removeListener: (() => void) | undefined;

  constructor(options: MqttPublisherOptions) {
    this.#options = { ...publisherDefaults, ...options };
    const { config, deviceId, ackTimeoutMs } = this.#options;
    this.#detail = options.detail;
    this.#timeAsker = new TimeAsker({ ...this.#options });
    this.#reporter = config && new ConfigReporter({ config, deviceId, ackTimeoutMs });
  }

  /** True between the birth's ack and the end of the connection. */
  get connected(): boolean {
    return this.#connection?.isOpen ?? false;
  }

  /** Begins to connect; doesn't wait for it. */
  async start(): Promise<void> {
    this.#removeListener = this.#options.outbox.onReady(() => this.#wakeup.notify());
    this.#loop = this.#run();
    return Promise.resolve();
  }

  /** QoS 0: false (and gone) while there is no connection. */
  publishHealth(message: HealthMessage): boolean {
    const topic = mqttTopic(this.#options.deviceId, channels.health);
    return this.#connection?.send({ topic, payload: encode(message) }) ?? false;
  }

  /** Says the birth again with another detail; without a connection the next birth has it. */
  async setDetail(detail: string): Promise<void> {
    this.#detail = detail;
    const connection = this.#connection;
    if (connection?.isOpen !== true || this.#stopping) return;
    try {
      await connection.publish(this.#status('online'), this.#options.ackTimeoutMs);
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'status not sent; the next birth says it');
    }
  }

  /** Says what the device runs with, as soon as there is a connection; each new connection says it anyway. */
  reportConfig(): void {
    this.#reporter?.noteChange();
  }

  /** Waits until the outbox is empty; false where it isn't in time. */
  async drain(timeoutMs: number): Promise<boolean> {
    const { outbox } = this.#options;
    const end = performance.now() + timeoutMs;
    const timer = setTimeout(() => this.#wakeup.notify(), timeoutMs + 1);
    for (;;) {
      const { version } = this.#wakeup;
      if (outbox.status().records === 0 || performance.now() >= end) break;
      await this.#wakeup.after(version);
    }
    clearTimeout(timer);
    return outbox.status().records === 0;
  }

  /** Publishes the offline status, disconnects, and ends for good; takes a few seconds at most. */
  async stop(): Promise<void> {
    this.#removeListener?.();
    this.#stopping = true;
    const connection = this.#connection;
    if (connection?.isOpen === true) {
      await connection.publish(this.#status('offline'), farewellTimeoutMs).catch(() => undefined);
      await connection.close(farewellTimeoutMs);
    }
    this.#abort.abort();
    this.#wakeup.notify();
    await this.#loop;
  }

  async #run(): Promise<void> {
    let delays = this.#options.newBackoff();
    while (!this.#isStopping()) {
      const cameUp = await this.#session();
      if (this.#isStopping()) return;
      if (cameUp) delays = this.#options.newBackoff();
      await this.#pause(delays.next().value);
    }
  }

  /** One connection; true where it came up. */
  async #session(): Promise<boolean> {
    let connection: MqttConnection | undefined;
    let cameUp = false;
    try {
      this.#connectSeq = await this.#nextConnectSeq();
      connection = await this.#connect();
      connection.onGone(() => this.#wakeup.notify());
      await connection.publish(this.#status('online'), this.#options.ackTimeoutMs);
      this.#connection = connection;
      cameUp = true;
      this.#lastReason = undefined;
      this.#options.logger.info({ connectSeq: this.#connectSeq }, 'connected to the broker');
      await this.#serve(connection);
    } catch (error) {
      this.#report(error);
    } finally {
      this.#connection = undefined;
      connection?.drop();
    }
    return cameUp;
  }

  async #connect(): Promise<MqttConnection> {
    return MqttConnection.open({
      ...this.#options,
      signal: this.#abort.signal,
      will: this.#status('offline'),
      onMessage: (topic, payload) => {
        if (topic === this.#timeAsker.responseTopic) this.#timeAsker.receive(payload);
        if (topic === this.#configTopic) this.#options.config?.receive(payload);
      },
    });
  }

  async #serve(connection: MqttConnection): Promise<void> {
    const { config, outbox, window, ackTimeoutMs, timeRequestIntervalMs } = this.#options;
    await connection.subscribe(this.#timeAsker.responseTopic, ackTimeoutMs);
    if (config !== undefined) await connection.subscribe(this.#configTopic, ackTimeoutMs);
    const askTime = () => {
      const request = this.#timeAsker.request();
      if (request !== undefined) connection.send(request);
    };
    askTime();
    const timer = setInterval(askTime, timeRequestIntervalMs);
    try {
      outbox.rewind();
      const lanes = Array.from({ length: window }, () => this.#sendBatches(connection));
      if (this.#reporter !== undefined) lanes.push(this.#reporter.serve(connection));
      // One lane's failure ends the connection, and with it the others.
      for (const lane of lanes) lane.catch(() => connection.drop());
      await Promise.allSettled(lanes);
      await Promise.all(lanes);
    } finally {
      clearInterval(timer);
    }
  }

  async #sendBatches(connection: MqttConnection): Promise<void> {
    const { outbox, deviceId, batchRecords, batchBytes, ackTimeoutMs } = this.#options;
    const topic = mqttTopic(deviceId, channels.records);
    const limits = { maxRecords: batchRecords, maxBytes: batchBytes };
    while (connection.isOpen) {
      const { version } = this.#wakeup;
      const batch = await outbox.take(limits);
      if (batch === undefined) await this.#wakeup.after(version);
      else {
        await connection.publish({ topic, payload: batch.payload }, ackTimeoutMs);
        outbox.ack(batch);
        this.#wakeup.notify();
      }
    }
    if (!this.#isStopping()) {
      throw new PublishError('connection_lost', 'The connection to the broker is gone.');
    }
  }

  get #configTopic(): string {
    return mqttTopic(this.#options.deviceId, channels.config);
  }

  /**
   * A full disk must not keep the device offline: sending is what empties it. The second of the wall clock, where that is
   * known, lets a new card go on above the old one's number, below which the cloud would not believe a birth.
   */
  async #nextConnectSeq(): Promise<number> {
    const { clock, connectSeq, logger } = this.#options;
    try {
      return await connectSeq.next(Math.floor((clock.toEpochMs(clock.nowMs()) ?? 0) / 1_000));
    } catch (error) {
      logger.warn({ err: error }, 'the connection counter is not on disk');
      return connectSeq.last;
    }
  }

  #status(state: StatusMessage['state']): MqttMessage {
    const { deviceId, runId, agentVersion, modelId } = this.#options;
    const detail = this.#detail;
    const message: StatusMessage = {
      schema: schemaVersion,
      state,
      connectSeq: this.#connectSeq,
      runId,
      agentVersion,
      modelId,
      ...(detail !== undefined && { detail }),
    };
    return { topic: mqttTopic(deviceId, channels.status), payload: encode(message), retain: true };
  }

  async #pause(delayMs: number): Promise<void> {
    const end = performance.now() + delayMs;
    const timer = setTimeout(() => this.#wakeup.notify(), delayMs);
    while (!this.#isStopping() && performance.now() < end - 1) {
      await this.#wakeup.after(this.#wakeup.version);
    }
    clearTimeout(timer);
  }

  /** Says each new reason once: an outage of hours is one line, not one for each attempt. */
  #report(error: unknown): void {
    if (this.#isStopping()) return;
    const reason = error instanceof PublishError ? error.message : String(error);
    if (reason === this.#lastReason) return;
    this.#lastReason = reason;
    this.#options.logger.warn({ err: error }, 'not connected to the broker; records wait on disk');
  }

  /** A call, since the flag changes while a loop awaits. */
  #isStopping(): boolean {
    return this.#stopping;
  }
}

function encode(message: StatusMessage | HealthMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}
