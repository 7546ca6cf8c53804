import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { readHealth, type HealthSource } from './health.ts';

export interface OperatorServerOptions {
  readonly host?: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly registry: Registry;
  readonly health: Readonly<Record<string, HealthSource>>;
}

/** `GET /metrics` (Prometheus text format) and `GET /health` (JSON; 503 while something is down). */
export class OperatorServer {
  readonly #options: OperatorServerOptions;
  #server: Server | undefined;

  constructor(options: OperatorServerOptions) {
    this.#options = options;
  }

  /** Listens; resolves to the port. */
  async start(): Promise<number> {
    const { host = '127.0.0.1', port } = this.#options;
    const server = createServer((request, response) => {
      void this.#answer(request.url ?? '/', response).catch((error: unknown) => {
        response.writeHead(500).end(error instanceof Error ? error.message : 'error');
      });
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #answer(url: string, response: ServerResponse): Promise<void> {
    const { registry, health } = this.#options;
    const path = url.split('?')[0];
    if (path === '/metrics') {
      response
        .writeHead(200, { 'content-type': registry.contentType })
        .end(await registry.metrics());
    } else if (path === '/health') {
      const report = await readHealth(health);
      const status = report.state === 'down' ? 503 : 200;
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(report));
    } else {
      response.writeHead(404).end();
    }
  }
}
