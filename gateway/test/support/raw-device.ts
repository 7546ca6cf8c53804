import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An MQTT device that speaks bytes, for what a decent client library would not send. */
export class RawDevice {
  readonly socket: Socket;
  received = Buffer.alloc(0);
  closed = false;
  #lastId = 0;
  #onBytes: (() => void) | undefined;

  static async connect(port: number, deviceId: string, options: ConnectBytes = {}) {
    const device = new RawDevice(connect(port, '127.0.0.1'));
    await once(device.socket, 'connect');
    device.socket.write(connectPacket(deviceId, options));
    return device;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.#onBytes?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#onBytes?.();
    });
  }

  /** Publishes at QoS 1 and waits for the ack of just that; rejects when the connection ends. */
  async publish(topic: string, payload: Buffer): Promise<void> {
    const id = (this.#lastId % 65_535) + 1;
    this.#lastId = id;
    this.received = Buffer.alloc(0);
    this.socket.write(publishPacket(topic, payload, { id }));
    const ack = Buffer.from([0x40, 2, id >> 8, id & 0xff]);
    while (!this.received.equals(ack)) {
      if (this.closed) throw new Error('closed unacked');
      await new Promise<void>((resolve) => {
        this.#onBytes = resolve;
      });
    }
  }

  /** Return code of the CONNACK, undefined before it came. */
  get connack(): number | undefined {
    return this.received[0] === 0x20 ? this.received[3] : undefined;
  }
}

export interface ConnectBytes {
  readonly token?: string;
  readonly clean?: boolean;
  readonly keepaliveS?: number;
}

function connectPacket(deviceId: string, options: ConnectBytes = {}): Buffer {
  const { token = `secret-${deviceId}`, clean = true, keepaliveS = 60 } = options;
  const flags = 0xc0 | (clean ? 0x02 : 0);
  return packet(0x10, [
    text('MQTT'),
    Buffer.from([4, flags, keepaliveS >> 8, keepaliveS & 0xff]),
    text(deviceId),
    text(deviceId),
    text(token),
  ]);
}

export function publishPacket(topic: string, payload: Buffer, { qos = 1, id = 1 } = {}): Buffer {
  const identifier = qos > 0 ? [Buffer.from([id >> 8, id & 0xff])] : [];
  return packet(0x30 | (qos << 1), [text(topic), ...identifier, payload]);
}

export function packet(firstByte: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([fixedHeader(firstByte, body.length), body]);
}

export function fixedHeader(firstByte: number, length: number): Buffer {
  const bytes = [firstByte];
  let rest = length;
  do {
    bytes.push((rest % 128) | (rest >= 128 ? 0x80 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
