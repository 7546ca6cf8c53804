import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';

/**
 * Headers and limits. Styles may be inline, since ECharts' tooltips and Naive UI set them at run time;
 * scripts may not.
 */
export async function registerSecurity(
  app: FastifyInstance,
  { requestsPerMinute }: { readonly requestsPerMinute: number },
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Loopback speaks plain HTTP.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: '1 minute' });
}
