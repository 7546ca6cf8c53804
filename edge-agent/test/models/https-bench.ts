import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { selfSignedCertificate } from './self-signed-certificate.ts';

/** What the proxy does with a wish for a tunnel. */
type Tunnelling = 'open' | 'drop' | 'silent' | number;

/**
 * An HTTPS server whose name only the proxy knows, and the CONNECT proxy in front of it: as at a site where nothing
 * else reaches the network.
 */
export class HttpsBench {
  /** What lies at the server, by its path. */
  readonly files = new Map<string, Uint8Array>();
  /** The ranges that were asked for. */
  readonly ranges: string[] = [];
  /** Where tunnels were wished to. */
  readonly tunnels: string[] = [];
  /** With what credentials. */
  readonly credentials: (string | undefined)[] = [];
  tunnelling: Tunnelling = 'open';
  /** The next answer breaks off after so many bytes. */
  breakAfterBytes: number | undefined;
  readonly #certificate = selfSignedCertificate(['models.test', 'localhost']);
  readonly #caFile: string;
  readonly #server = createHttpsServer(this.#certificate, (request, response) => {
    const { range = 'all' } = request.headers;
    this.ranges.push(range);
    const file = this.files.get(request.url ?? '');
    if (file === undefined) return void response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
    const headers = { 'content-length': file.length - from };
    const part = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` };
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...headers, ...part } : headers);
    const end = this.breakAfterBytes;
    this.breakAfterBytes = undefined;
    if (end === undefined) return void response.end(file.subarray(from));
    response.write(file.subarray(from, end), () => request.socket.end());
  });
  readonly #proxy = createHttpServer().on('connect', (request, client) =>
    this.#tunnel(request, client),
  );
  readonly #ends = new Set<Duplex>();

  constructor({ folder }: { folder: string }) {
    this.#caFile = path.join(folder, 'test-ca.pem');
  }

  async start(): Promise<void> {
    await mkdir(path.dirname(this.#caFile), { recursive: true });
    await writeFile(this.#caFile, this.#certificate.cert);
    for (const server of [this.#server, this.#proxy]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    }
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end.destroy();
    await this.stopProxy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async stopProxy(): Promise<void> {
    if (!this.#proxy.listening) return;
    this.#proxy.closeAllConnections();
    this.#proxy.close();
    await once(this.#proxy, 'close');
  }

  /** The address of a file; `models.test` is known to the proxy alone. */
  url(file: string, host: 'models.test' | 'localhost' = 'models.test'): string {
    return `https://${host}:${portOf(this.#server)}${file}`;
  }

  get proxyPort(): number {
    return (this.#proxyPort ??= portOf(this.#proxy));
  }
  #proxyPort: number | undefined;

  /** For a child process: trusts the server, and goes through the proxy as our image does. */
  environment(options: { noProxy?: string; user?: string } = {}): Record<string, string> {
    const { noProxy = '', user } = options;
    const proxy = `http://${user === undefined ? '' : `${user}@`}127.0.0.1:${this.proxyPort}`;
    return {
      NODE_EXTRA_CA_CERTS: this.#caFile,
      HTTPS_PROXY: proxy,
      https_proxy: proxy,
      NO_PROXY: noProxy,
      no_proxy: noProxy,
    };
  }

  #tunnel(request: IncomingMessage, client: Duplex): void {
    this.tunnels.push(request.url ?? '');
    this.credentials.push(request.headers['proxy-authorization']);
    this.#hold(client);
    const { tunnelling } = this;
    if (tunnelling === 'silent') return;
    if (tunnelling === 'drop') return void client.destroy();
    if (tunnelling !== 'open') return void client.end(`HTTP/1.1 ${tunnelling} No\r\n\r\n`);
    const upstream = connect(portOf(this.#server), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    this.#hold(upstream);
  }

  #hold(end: Duplex): void {
    this.#ends.add(end);
    end.on('error', () => undefined).on('close', () => this.#ends.delete(end));
  }
}

function portOf(server: Pick<Server, 'address'>): number {
  return (server.address() as AddressInfo).port;
}
