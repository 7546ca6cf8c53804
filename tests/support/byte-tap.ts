import { connect, createServer, type AddressInfo, type Server } from 'node:net';

/** A wire that is listened to: passes on to a port of this machine and keeps what goes there. */
export class ByteTap {
  readonly #targetPort: () => number;
  readonly #chunks: Buffer[] = [];
  #server: Server | undefined;

  constructor({ targetPort }: { targetPort: () => number }) {
    this.#targetPort = targetPort;
  }

  /** Resolves to the port to speak to instead. */
  async start(): Promise<number> {
    const server = createServer((client) => {
      const upstream = connect(this.#targetPort(), '127.0.0.1');
      client.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream]) {
        socket.on('error', () => {
          client.destroy();
          upstream.destroy();
        });
      }
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** Everything that was sent through, connection after connection as it came. */
  sent(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
