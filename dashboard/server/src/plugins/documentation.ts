import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** OpenAPI document of every route that is registered after this, shown at `/api/docs`. */
export async function registerDocumentation(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Emotion fleet',
        version,
        description:
          'Numbers of a fleet of cameras, each with its coverage and its uncertainty. Times are ISO 8601; ranges widen to whole minutes. Errors are problem details (RFC 9457) with a stable `code`.',
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs' });
}
