import { setImmediate as nextTurn } from 'node:timers/promises';
import { channels, mqttTopic } from '@emotion-fleet/contracts';
import type { EventLog } from '@emotion-fleet/event-log';
import {
  HopCounter,
  reasonOf,
  type HopHealth,
  type HopSnapshot,
  type Logger,
} from '@emotion-fleet/service';
import { Counter, Gauge, type Registry } from 'prom-client';
import { AckGate } from './ack-gate.ts';
import type {
  DeviceAuthenticator,
  DeviceCredentials,
} from './authenticate/device-authenticator.ts';
import { RevocationWatch } from './authenticate/revocation-watch.ts';
import { ConfigDelivery } from './config/config-delivery.ts';
import { GatewayError } from './gateway-error.ts';
import { RecordIntake } from './intake/record-intake.ts';
import { defaultLimits, type GatewayLimits } from './limits.ts';
import { MqttListener, type Admission, type DeviceMessage } from './mqtt/mqtt-listener.ts';
import { StatusIntake, type MessageOutcome } from './status/status-intake.ts';
import { Tally } from './tally.ts';
import { answerTime } from './time/time-answer.ts';

export interface GatewayOptions {
  /** Started before the gateway and stopped after it. */
  readonly eventLog: EventLog;
  readonly authenticator: DeviceAuthenticator;
  readonly logger: Logger;
  readonly registry?: Registry;
  readonly clock?: { now(): number };
  readonly host?: string;
  /** 0 (the default) picks a free port. */
  readonly port?: number;
  readonly limits?: Partial<GatewayLimits>;
}

/** MQTT in, event log out: a device is acked when the log has what it said. */
export class Gateway {
  readonly #eventLog: EventLog;
  readonly #authenticator: DeviceAuthenticator;
  readonly #logger: Logger;
  readonly #clock: { now(): number };
  readonly #limits: GatewayLimits;
  readonly #counter: HopCounter;
  readonly #messages: Tally<'channel' | 'outcome'>;
  readonly #refusals: Tally<'reason'>;
  readonly #gate: AckGate;
  readonly #records: RecordIntake;
  readonly #status: StatusIntake;
  readonly #config: ConfigDelivery;
  readonly #listener: MqttListener;
  readonly #revocations: RevocationWatch;
  #port: number | undefined;

  constructor(options: GatewayOptions) {
    const { eventLog, authenticator, logger, registry } = options;
    this.#eventLog = eventLog;
    this.#authenticator = authenticator;
    this.#logger = logger;
    this.#clock = options.clock ?? { now: () => Date.now() };
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#counter = new HopCounter({ hop: 'gateway', ...(registry && { registry }) });
    this.#messages = new Tally({
      name: 'emotion_gateway_messages_total',
      help: 'Messages from and to devices, by channel and what became of them',
      labels: ['channel', 'outcome'],
      registry,
    });
    this.#refusals = new Tally({
      name: 'emotion_gateway_refusals_total',
      help: 'Connections, subscriptions and messages that were refused, by reason',
      labels: ['reason'],
      registry,
    });
    this.#gate = new AckGate(this.#limits);
    this.#records = new RecordIntake({ eventLog, clock: this.#clock, counter: this.#counter });
    this.#status = new StatusIntake({ eventLog, clock: this.#clock });
    this.#listener = new MqttListener({
      host: options.host ?? '127.0.0.1',
      port: options.port ?? 0,
      limits: this.#limits,
      logger,
      admit: (credentials) => this.#admit(credentials),
      onMessage: (message) => this.#take(message),
      onSubscribed: (deviceId, channel) => {
        if (channel === channels.config) this.#config.tell(deviceId);
      },
      onRefused: (reason) => this.#refusals.count({ reason }),
    });
    this.#config = new ConfigDelivery({
      eventLog,
      logger,
      send: (deviceId, payload) => this.#listener.send(deviceId, channels.config, payload),
      onOutcome: (outcome) => this.#messages.count({ channel: channels.config, outcome }),
    });
    this.#revocations = new RevocationWatch({
      authenticator,
      sessions: () => this.#listener.sessions(),
      intervalMs: this.#limits.recheckIntervalMs,
      logger,
      onRevoked: () => this.#refusals.count({ reason: 'revoked' }),
    });
    if (registry !== undefined) this.#registerMetrics(registry);
  }

  /** The port that it listens on, once started. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Listens; resolves to the port. */
  async start(): Promise<number> {
    await this.#status.start();
    await this.#config.start();
    try {
      this.#port = await this.#listener.start();
    } catch (error) {
      await this.#config.stop();
      throw error;
    }
    const port = this.#port;
    this.#revocations.start();
    this.#logger.info({ port }, 'gateway listens');
    return port;
  }

  /** Drains: no new connection or message, what is in flight is finished and acked, then all are closed. */
  async stop(): Promise<void> {
    const { ackTimeoutMs } = this.#limits;
    this.#port = undefined;
    this.#listener.drain();
    await Promise.all([this.#config.stop(), this.#revocations.stop()]);
    await this.#gate.idle(ackTimeoutMs);
    await nextTurn(); // The broker writes the last acks.
    await this.#listener.stop();
    await this.#gate.idle(ackTimeoutMs); // Wills.
  }

  health(): HopHealth {
    const figures = {
      connections: this.#listener.connections,
      inFlightBytes: this.#gate.bytes,
      records: this.#counter.snapshot(),
      markers: this.#records.markers,
      messages: this.#messages.snapshot(),
      refusals: this.#refusals.snapshot(),
    };
    if (this.#port === undefined) return { state: 'down', detail: 'Not listening.', ...figures };
    const refusal = (hop: string, health: HopHealth) =>
      `No connection is taken: the ${hop} is down (${reasonOf(health)}).`;
    const log = this.#eventLog.health();
    if (log.state === 'down') {
      return { state: 'down', detail: refusal('event log', log), ...figures };
    }
    // Whoever is connected goes on.
    const registry = this.#authenticator.health();
    if (registry.state === 'down') {
      return { state: 'degraded', detail: refusal('registry', registry), ...figures };
    }
    return { state: 'ok', ...figures };
  }

  /** Balance of records: received = forwarded + dropped + in flight. */
  counts(): HopSnapshot {
    return this.#counter.snapshot();
  }

  async #admit(credentials: DeviceCredentials): Promise<Admission> {
    if (this.#eventLog.health().state === 'down') return 'unavailable';
    try {
      return (await this.#authenticator.authenticate(credentials)) ? 'accepted' : 'bad_credentials';
    } catch (error) {
      const { deviceId } = credentials;
      this.#logger.warn({ err: error, deviceId }, 'device could not be checked');
      return 'unavailable';
    }
  }

  async #take(message: DeviceMessage): Promise<void> {
    const { channel, deviceId, payload } = message;
    try {
      await this.#gate.run(payload.byteLength, async () => {
        const outcome = await this.#dispatch(message);
        this.#messages.count({ channel, outcome });
      });
    } catch (error) {
      const outcome = error instanceof GatewayError ? error.code : 'defect';
      this.#refusals.count({ reason: outcome });
      this.#logger.warn({ err: error, deviceId, channel, outcome }, 'message is not acked');
      throw error;
    }
  }

  async #dispatch(message: DeviceMessage): Promise<MessageOutcome> {
    const { channel, deviceId, payload } = message;
    switch (channel) {
      case channels.records:
        await this.#records.take(deviceId, payload);
        return 'accepted';
      case channels.status:
        return this.#status.takeStatus(message);
      case channels.health:
        return this.#status.takeHealth(message);
      case channels.configReported:
        return this.#status.takeConfigReported(message);
      case channels.timeRequest:
        return this.#answerTime(deviceId, payload);
      default:
        throw new GatewayError('refused', 'not a channel that devices publish to');
    }
  }

  #answerTime(deviceId: string, payload: Uint8Array): MessageOutcome {
    const answer = answerTime(payload, this.#clock.now());
    if (answer === undefined) return 'bad_message';
    this.#listener.publish(mqttTopic(deviceId, channels.timeResponse), JSON.stringify(answer));
    return 'accepted';
  }

  #registerMetrics(registry: Registry): void {
    const listener = this.#listener;
    const gate = this.#gate;
    const records = this.#records;
    const registers = [registry];
    new Gauge({
      name: 'emotion_gateway_connections',
      help: 'Devices connected',
      registers,
      collect() {
        this.set(listener.connections);
      },
    });
    new Counter({
      name: 'emotion_gateway_markers_total',
      help: 'Rejected markers written in the place of records',
      registers,
      collect() {
        this.reset();
        this.inc(records.markers);
      },
    });
    new Gauge({
      name: 'emotion_gateway_in_flight_bytes',
      help: 'Payload bytes that wait for the log',
      registers,
      collect() {
        this.set(gate.bytes);
      },
    });
  }
}
