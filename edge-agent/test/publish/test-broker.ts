import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { channels, parseMqttTopic } from '@emotion-fleet/contracts';
import { Aedes } from 'aedes';

export interface Arrival {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retain: boolean;
}

/** What happens to a batch: its ack is sent, withheld for good, or the socket is cut before it. */
export type Verdict = 'ack' | 'hold' | 'cut';

/** A real broker on a loopback port that keeps what arrives and cuts connections on demand. */
export class TestBroker {
  readonly arrivals: Arrival[] = [];
  readonly token: string;
  onBatch: (payload: Buffer) => Verdict = () => 'ack';
  /** A client has subscribed. */
  onSubscribe: (topic: string) => void = () => undefined;
  onTimeRequest: (requestId: string) => void = () => undefined;
  /** Takes connections and says nothing. */
  mute = false;
  /** Since the first start. */
  connections = 0;
  #broker: Aedes | undefined;
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  constructor(token = 'secret') {
    this.token = token;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`;
  }

  get sockets(): number {
    return this.#sockets.size;
  }

  /** Listens on a free port; on the same one again after `stop`. */
  async start(): Promise<void> {
    const broker = await Aedes.createBroker();
    broker.authenticate = (_client, _username, password, done) => {
      if (password?.toString() === this.token) done(null, true);
      else done(Object.assign(new Error('refused'), { returnCode: 5 }), false);
    };
    broker.authorizePublish = (client, packet, done) => {
      const { topic, payload, retain } = packet;
      const bytes = Buffer.from(payload);
      this.arrivals.push({ topic, payload: bytes, retain });
      const channel = parseMqttTopic(topic)?.channel;
      if (channel === channels.timeRequest) {
        this.onTimeRequest((JSON.parse(bytes.toString()) as { requestId: string }).requestId);
      }
      const verdict = channel === channels.records ? this.onBatch(bytes) : 'ack';
      if (verdict === 'ack') done(null);
      if (verdict !== 'cut') return;
      (client as { conn?: Socket } | null)?.conn?.destroy();
      done(new Error('cut'));
    };
    broker.on('subscribe', (subscriptions) => {
      for (const { topic } of subscriptions) this.onSubscribe(topic);
    });
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      this.connections += 1;
      socket.on('close', () => this.#sockets.delete(socket));
      if (!this.mute) broker.handle(socket);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#broker = broker;
    this.#server = server;
  }

  /** Gone at once, as by a kill: no ack that is under way arrives. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
    await new Promise<void>((resolve) => this.#broker?.close(resolve));
  }

  publish(topic: string, payload: string): void {
    this.#broker?.publish(
      { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false },
      () => undefined,
    );
  }

  statuses(): { state: string; connectSeq: number; detail?: string }[] {
    return this.arrivals
      .filter(({ topic }) => parseMqttTopic(topic)?.channel === channels.status)
      .map(
        ({ payload }) =>
          JSON.parse(payload.toString()) as { state: string; connectSeq: number; detail?: string },
      );
  }
}

/** Resolves once the condition holds; rejects after `limitMs`. */
export async function until(condition: () => boolean, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end)
      throw new Error(`not so within ${limitMs} ms: ${String(condition)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
