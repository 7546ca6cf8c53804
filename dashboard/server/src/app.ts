import { fastifySSE } from '@fastify/sse';
import { TypeBoxValidatorCompiler, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, LogController, type FastifyBaseLogger } from 'fastify';
import type { Registry } from 'prom-client';
import type { HealthSource, Logger } from '@emotion-fleet/service';
import type { ApiApp, ApiContext } from './api-app.ts';
import type { DashboardMetrics } from './dashboard-metrics.ts';
import { registerDocumentation } from './plugins/documentation.ts';
import { registerHostCheck } from './plugins/loopback.ts';
import { registerProblems } from './plugins/problems.ts';
import { registerSecurity } from './plugins/security.ts';
import { registerWebApp } from './plugins/web-app.ts';
import { registerWritingCheck } from './plugins/writing.ts';
import { registerDeviceConfigRoutes } from './routes/api/devices/config.ts';
import { registerDeviceRoutes } from './routes/api/devices/index.ts';
import { registerInfoRoutes } from './routes/api/info/index.ts';
import { registerLiveRoutes } from './routes/api/live/index.ts';
import { registerPlaceRoutes } from './routes/api/places/index.ts';
import { registerSiteRoutes } from './routes/api/sites/index.ts';
import { registerOperations } from './routes/operations.ts';

export interface AppOptions {
  readonly context: ApiContext;
  readonly logger: Logger;
  readonly metrics: DashboardMetrics;
  /** Shown at `/metrics`. */
  readonly metricsRegistry: Registry;
  readonly health: Readonly<Record<string, HealthSource>>;
  readonly webRoot: string | undefined;
  readonly requestsPerMinute: number;
  readonly heartbeatIntervalMs: number;
}

/** The whole of HTTP, not listening yet. */
export async function createApp(options: AppOptions): Promise<ApiApp> {
  const { context, metrics, health, webRoot } = options;
  // The narrower type keeps pino's out of the instance's own.
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);
  registerProblems(app);
  registerHostCheck(app);
  registerWritingCheck(app);
  measureRequests(app, metrics);
  await registerSecurity(app, options);
  await registerDocumentation(app, context.info.version);
  await app.register(fastifySSE, { heartbeatInterval: options.heartbeatIntervalMs });
  registerOperations(app, { metrics: options.metricsRegistry, health });
  await app.register(
    async (plain) => {
      const api = plain.withTypeProvider<TypeBoxTypeProvider>();
      api.addHook('onRequest', async (_request, reply) => {
        void reply.header('cache-control', 'no-store');
      });
      registerInfoRoutes(api, context);
      registerPlaceRoutes(api, context);
      registerSiteRoutes(api, context);
      registerDeviceRoutes(api, context);
      registerDeviceConfigRoutes(api, context);
      registerLiveRoutes(api, context);
    },
    { prefix: '/api/v1' },
  );
  await registerWebApp(app, webRoot);
  return app;
}

function measureRequests(app: ApiApp, { requestSeconds }: DashboardMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    // A live stream lasts as long as its page is open: that isn't the time of an answer.
    const route = request.routeOptions.url ?? 'none';
    if (route.endsWith('/live')) return;
    requestSeconds.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
}
