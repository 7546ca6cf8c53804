import { connect, type MqttClient } from 'mqtt';
import { PublishError } from './errors.ts';

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain?: boolean;
}

export interface MqttConnectionOptions {
  /** `mqtt://host:port` or `mqtts://host:port` */
  readonly url: string;
  readonly deviceId: string;
  readonly token: string;
  readonly will: MqttMessage;
  readonly connectTimeoutMs: number;
  readonly keepaliveS: number;
  /** Trusted certificates in PEM, beside those of the system. */
  readonly ca?: Buffer | undefined;
  /** Ends the connection, or the attempt at it, at once. */
  readonly signal: AbortSignal;
  readonly onMessage: (topic: string, payload: Buffer) => void;
}

/** Return codes of MQTT 3.1.1, section 3.2.2.3, by which a broker says that this device may not come in. */
const refusals = new Set<unknown>([2, 4, 5]);

/**
 * One connection, from CONNECT to its end. The client is made for it and thrown away with it: its own store of unacked
 * messages and its own reconnecting never come into play, so that the outbox alone sends again.
 */
export class MqttConnection {
  readonly #client: MqttClient;
  /** Called, and forgotten, when the connection goes. */
  readonly #onGone = new Set<(error: PublishError) => void>();
  #gone: PublishError | undefined;
  #lastError: Error | undefined;

  private constructor(client: MqttClient) {
    this.#client = client;
    // Without a listener an error event would end the process; `close` follows and says that it is over.
    client.on('error', (error) => (this.#lastError = error));
    client.on('close', () => this.#end());
  }

  /** Connects; rejects with `unreachable` or `refused`. */
  static async open(options: MqttConnectionOptions): Promise<MqttConnection> {
    const { url, deviceId, token, will, keepaliveS, connectTimeoutMs, ca, signal, onMessage } =
      options;
    const client = connect(url, {
      protocolVersion: 4,
      clientId: deviceId,
      username: deviceId,
      password: token,
      clean: true,
      keepalive: keepaliveS,
      connectTimeout: connectTimeoutMs,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      will: { topic: will.topic, payload: will.payload, qos: 1, retain: true },
      ...(ca !== undefined && { ca }),
    });
    const connection = new MqttConnection(client);
    client.on('message', (topic, payload) => onMessage(topic, payload));
    const drop = () => connection.drop();
    signal.addEventListener('abort', drop);
    if (signal.aborted) drop();
    try {
      await connection.#opened();
    } catch (error) {
      signal.removeEventListener('abort', drop);
      throw error;
    }
    connection.onGone(() => signal.removeEventListener('abort', drop));
    return connection;
  }

  get isOpen(): boolean {
    return this.#gone === undefined;
  }

  /** Calls the listener once, when the connection goes; at once where it is gone. */
  onGone(listener: (error: PublishError) => void): void {
    if (this.#gone === undefined) this.#onGone.add(listener);
    else listener(this.#gone);
  }

  /** Resolves at the broker's ack; rejects when the connection goes, or with `ack_overdue`. */
  async publish({ topic, payload, retain = false }: MqttMessage, timeoutMs: number): Promise<void> {
    await this.#settled('publish', timeoutMs, (done) => {
      this.#client.publish(topic, payload, { qos: 1, retain }, done);
    });
  }

  /** Sends without an ack; false where the connection has gone. */
  send({ topic, payload }: MqttMessage): boolean {
    if (!this.isOpen) return false;
    this.#client.publish(topic, payload, { qos: 0 }, () => undefined);
    return true;
  }

  async subscribe(topic: string, timeoutMs: number): Promise<void> {
    await this.#settled('subscribe', timeoutMs, (done) => {
      this.#client.subscribe(topic, { qos: 1 }, done);
    });
  }

  /** DISCONNECT: the broker drops the will. */
  async close(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.onGone(() => {
        clearTimeout(timer);
        resolve();
      });
      this.#client.end();
    });
    this.drop();
  }

  /** Ends at once, without a word to the broker. */
  drop(): void {
    this.#client.end(true);
    this.#end();
  }

  async #opened(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.onGone((error) => {
        this.#client.end(true);
        reject(
          this.#refusal() ??
            new PublishError('unreachable', 'The broker is unreachable.', { cause: error.cause }),
        );
      });
      this.#client.once('connect', () => {
        this.#onGone.clear();
        resolve();
      });
      // A refusal or a failed handshake leaves the socket open until the broker closes it: don't wait for that.
      this.#client.once('error', () => this.#client.end(true, () => this.#end()));
    });
  }

  #refusal(): PublishError | undefined {
    const code = (this.#lastError as { code?: unknown } | undefined)?.code;
    if (!refusals.has(code)) return undefined;
    const message = 'The broker refuses this device: check its id and token.';
    return new PublishError('refused', message, { cause: this.#lastError });
  }

  async #settled(
    what: string,
    timeoutMs: number,
    start: (done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error | null) => {
        clearTimeout(timer);
        this.#onGone.delete(settle);
        if (error === undefined || error === null) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => {
        settle(new PublishError('ack_overdue', `The broker has not acked a ${what} in time.`));
      }, timeoutMs);
      this.onGone(settle);
      if (this.isOpen) start(settle);
    });
  }

  #end(): void {
    if (this.#gone !== undefined) return;
    const cause = this.#lastError;
    this.#gone = new PublishError('connection_lost', 'The connection to the broker is gone.', {
      cause,
    });
    for (const listener of [...this.#onGone]) listener(this.#gone);
    this.#onGone.clear();
  }
}
