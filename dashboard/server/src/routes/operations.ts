import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { readHealth, type HealthSource } from '@emotion-fleet/service';

/** `GET /health` (503 while something is down) and `GET /metrics`, as every service of ours has them. */
export function registerOperations(
  app: FastifyInstance,
  options: {
    readonly metrics: Registry;
    readonly health: Readonly<Record<string, HealthSource>>;
  },
): void {
  const { metrics, health } = options;
  app.get('/health', { schema: { hide: true } }, async (_request, reply) => {
    const report = await readHealth(health);
    return reply.code(report.state === 'down' ? 503 : 200).send(report);
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}
