import { fastifySSE } from '@fastify/sse';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, LogController, type FastifyBaseLogger } from 'fastify';
import { Histogram, type Registry } from 'prom-client';
import type { HealthSource, Logger } from '@emotion-fleet/service';
import type { ApiApp, ApiContext } from './api-app.ts';
import { registerDocumentation } from './plugins/documentation.ts';
import { registerHostCheck } from './plugins/loopback.ts';
import { registerProblems } from './plugins/problems.ts';
import { registerSecurity } from './plugins/security.ts';
import { registerWebApp } from './plugins/web-app.ts';
import { registerDeviceRoutes } from './routes/api/devices/index.ts';
import { registerInfoRoutes } from './routes/api/info/index.ts';
import { registerLiveRoutes } from './routes/api/live/index.ts';
import { registerPlaceRoutes } from './routes/api/places/index.ts';
import { registerSiteRoutes } from './routes/api/sites/index.ts';
import { registerOperations } from './routes/operations.ts';

export interface AppOptions {
  readonly context: ApiContext;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly health: Readonly<Record<string, HealthSource>>;
  readonly webRoot: string | undefined;
  readonly requestsPerMinute: number;
  readonly heartbeatIntervalMs: number;
}

/** The whole of HTTP, not listening yet. */
export async function createApp(options: AppOptions): Promise<ApiApp> {
  const { context, logger, metrics, health, webRoot } = options;
  const app = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);
  registerProblems(app);
  registerHostCheck(app);
  measureRequests(app, metrics);
  await registerSecurity(app, options);
  await registerDocumentation(app, context.info.version);
  await app.register(fastifySSE, { heartbeatInterval: options.heartbeatIntervalMs });
  registerOperations(app, { metrics, health });
  await app.register(
    async (plain) => {
      const api = plain.withTypeProvider<TypeBoxTypeProvider>();
      api.addHook('onSend', async (_request, reply) => {
        void reply.header('cache-control', 'no-store');
      });
      registerInfoRoutes(api, context);
      registerPlaceRoutes(api, context);
      registerSiteRoutes(api, context);
      registerDeviceRoutes(api, context);
      registerLiveRoutes(api, context);
    },
    { prefix: '/api/v1' },
  );
  await registerWebApp(app, webRoot);
  return app;
}

function measureRequests(app: ApiApp, metrics: Registry): void {
  const seconds = new Histogram({
    name: 'emotion_dashboard_request_seconds',
    help: 'Time to answer a request, by route and status',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [metrics],
  });
  app.addHook('onResponse', async (request, reply) => {
    // A live stream lasts as long as its page is open: that isn't the time of an answer.
    const route = request.routeOptions.url ?? 'none';
    if (route.endsWith('/live')) return;
    seconds.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
}
