import { once, type EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  Aedes,
  type AuthenticateError,
  type Client,
  type PublishPacket,
  type Subscription,
} from 'aedes';
import {
  isId,
  maxBatchBytes,
  mqttTopic,
  parseMqttTopic,
  type Channel,
} from '@emotion-fleet/contracts';
import { OperatorError, type Logger } from '@emotion-fleet/service';
import type { DeviceCredentials } from '../authenticate/device-authenticator.ts';
import type { WatchedSession } from '../authenticate/revocation-watch.ts';
import { GatewayError } from '../gateway-error.ts';
import type { GatewayLimits } from '../limits.ts';
import { limitPackets } from './limit-packets.ts';
import { Sessions } from './sessions.ts';
import { accessToPublish, accessToSubscribe } from './topic-access.ts';

export interface DeviceMessage {
  /** From the connection, never from the payload. */
  readonly deviceId: string;
  readonly channel: Channel;
  readonly payload: Uint8Array;
  /** False for a will, which the broker publishes when the connection has ended. */
  readonly live: boolean;
}

/** `refused` for good; `unavailable` for now. */
export type Admission = 'accepted' | 'bad_credentials' | 'unavailable';

export interface MqttListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly limits: GatewayLimits;
  readonly logger: Logger;
  readonly admit: (credentials: DeviceCredentials) => Promise<Admission>;
  /** Resolves when the message may be acked; a rejection closes the connection without an ack. */
  readonly onMessage: (message: DeviceMessage) => Promise<void>;
  /** The device has its SUBACK, and gets what is sent from now on. */
  readonly onSubscribed: (deviceId: string, channel: Channel) => void;
  readonly onRefused: (reason: string) => void;
}

/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3. */
const serverUnavailable = 3;
const notAuthorized = 5;
/** In a SUBACK, section 3.9.3. */
const refusedSubscription = 128;

const packetLimits = { maxPublishBytes: maxBatchBytes + 1_024, maxControlBytes: 16 * 1024 };
const maxTokenBytes = 512;

/** MQTT 3.1.1 over TCP: who may connect, what may be said where; the ack waits for `onMessage`. */
export class MqttListener {
  readonly #options: MqttListenerOptions;
  readonly #sessions = new Sessions();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #broker: Aedes | undefined;
  #draining = false;

  constructor(options: MqttListenerOptions) {
    this.#options = options;
  }

  get connections(): number {
    return this.#sessions.count;
  }

  sessions(): Iterable<WatchedSession> {
    return this.#sessions.all();
  }

  /** Listens; resolves to the port. @throws OperatorError `port_not_usable` */
  async start(): Promise<number> {
    this.#draining = false;
    const broker = await this.#startBroker();
    const { host, port, limits } = this.#options;
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket, broker));
    server.maxConnections = limits.maxConnections;
    this.#server = server;
    try {
      server.listen(port, host);
      await once(server, 'listening');
    } catch (cause) {
      await this.stop();
      const problem = (cause as { code?: string }).code === 'EADDRINUSE' ? 'taken' : 'not usable';
      const sentence = `Port ${port} on ${host} is ${problem}: choose another one for MQTT.`;
      throw new OperatorError('port_not_usable', sentence, { cause });
    }
    return (server.address() as AddressInfo).port;
  }

  /** Takes no connection and no message any more; those in hand go on. */
  drain(): void {
    this.#draining = true;
    this.#server?.close();
  }

  /** Ends every connection; wills are published meanwhile. */
  async stop(): Promise<void> {
    this.drain();
    const broker = this.#broker;
    this.#broker = undefined;
    if (broker !== undefined) await new Promise<void>((resolve) => broker.close(resolve));
    for (const { close } of [...this.#sessions.all()]) close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** To whoever has subscribed, QoS 0. */
  publish(topic: string, payload: string): void {
    const packet = { cmd: 'publish', qos: 0, dup: false, retain: false, topic, payload } as const;
    this.#broker?.publish(packet, () => undefined);
  }

  /**
   * To a device, QoS 1. A live connection loses nothing, and one that ends asks again when it is back: so nothing
   * is kept for it here. False where it is not connected, or has not subscribed.
   */
  send(deviceId: string, channel: Channel, payload: Uint8Array): boolean {
    const topic = mqttTopic(deviceId, channel);
    const client = this.#sessions.get(deviceId);
    if (client === undefined || !hasSubscribed(client, topic)) return false;
    const bytes = Buffer.from(payload);
    const packet = { cmd: 'publish', qos: 1, dup: false, retain: false, topic } as const;
    client.publish({ ...packet, payload: bytes }, (error) => {
      if (error) this.#options.logger.debug({ deviceId, channel, err: error }, 'was not sent');
    });
    return true;
  }

  async #startBroker(): Promise<Aedes> {
    const { limits, logger } = this.#options;
    const broker = await Aedes.createBroker({
      connectTimeout: limits.connectTimeoutMs,
      keepaliveLimit: limits.maxKeepaliveS,
      drainTimeout: 10_000,
      queueLimit: 42,
      maxTopicLevels: 10,
      authenticate: (client, username, password, done) => {
        this.#authenticate(client, username, password).then(
          () => done(null, true),
          (error: unknown) => done(error as AuthenticateError, false),
        );
      },
      authorizePublish: (client, packet, done) => {
        this.#takePublish(client, packet).then(
          () => done(null),
          (error: unknown) => done(error as Error),
        );
      },
      authorizeSubscribe: (client, subscription, done) => {
        const access = accessToSubscribe(client.id, subscription);
        if (!access.ok) this.#options.onRefused('subscription');
        done(null, access.ok ? subscription : null);
      },
    });
    this.#broker = broker;
    broker.on('client', (client) => this.#sessions.connected(client));
    broker.on('clientDisconnect', (client) => this.#sessions.disconnected(client));
    broker.on('subscribe', (subscriptions, client) => this.#subscribed(subscriptions, client));
    broker.on('clientError', (client, error) =>
      logger.debug({ deviceId: client.id, err: error }, 'connection closed with an error'),
    );
    broker.on('connectionError', (_client, error) =>
      logger.debug({ err: error }, 'connection closed before CONNECT'),
    );
    (broker as EventEmitter).on('error', (error) => logger.error({ err: error }, 'broker failed'));
    return broker;
  }

  #accept(socket: Socket, broker: Aedes): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    limitPackets(socket, packetLimits);
    broker.handle(socket);
  }

  /** @throws AuthenticateError with the return code of the CONNACK */
  async #authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<void> {
    const deviceId = client.id;
    const refuse = (reason: string, returnCode: number): never => {
      this.#options.onRefused(reason);
      throw Object.assign(new Error(`connection refused: ${reason}`), { returnCode });
    };
    if (this.#draining) return refuse('draining', serverUnavailable);
    // A session that outlives its connection would queue messages here: the outbox alone sends again.
    if (!client.clean) return refuse('session_not_clean', notAuthorized);
    if (!isId(deviceId) || username !== deviceId || password === undefined) {
      return refuse('bad_credentials', notAuthorized);
    }
    if (password.byteLength > maxTokenBytes) return refuse('bad_credentials', notAuthorized);
    const credentials = { deviceId, token: password.toString('utf8') };
    const admission = await this.#options.admit(credentials);
    if (admission === 'unavailable') return refuse('unavailable', serverUnavailable);
    if (admission === 'bad_credentials') return refuse('bad_credentials', notAuthorized);
    this.#sessions.authenticated(client, credentials);
  }

  #subscribed(subscriptions: readonly Subscription[], client: Client): void {
    for (const { topic, qos } of subscriptions) {
      const channel = (qos as number) === refusedSubscription ? undefined : parseMqttTopic(topic);
      if (channel !== undefined) this.#options.onSubscribed(client.id, channel.channel);
    }
  }

  /**
   * The broker writes the PUBACK right after this has resolved, and closes the connection where it rejects.
   * It also asks for wills; the client is null where only the will is left of it.
   */
  async #takePublish(client: Client | null, packet: PublishPacket): Promise<void> {
    const deviceId = client?.id ?? (packet as { clientId?: string }).clientId ?? '';
    const live = client !== null && !client.closed;
    const access = accessToPublish(deviceId, packet);
    if (!access.ok) {
      this.#options.onRefused(access.reason);
      throw new GatewayError('refused', access.reason);
    }
    if (this.#draining && live) {
      this.#options.onRefused('draining');
      throw new GatewayError('refused', 'draining');
    }
    const { payload } = packet;
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    // What is retained stands in the log; the broker keeps nothing.
    packet.retain = false;
    await this.#options.onMessage({ deviceId, channel: access.channel, payload: bytes, live });
  }
}

/** The broker keeps them by topic; its types don't say so. */
function hasSubscribed(client: Client, topic: string): boolean {
  const { subscriptions } = client as Client & { subscriptions: Record<string, unknown> };
  return Object.hasOwn(subscriptions, topic);
}
