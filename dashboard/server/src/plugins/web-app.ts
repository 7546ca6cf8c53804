import { extname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import { sendProblem } from './problems.ts';

/**
 * The built web app. Its views live in the URL, so that any path that isn't a file gets its page; below
 * `/api` there are no views, and an unknown path there is a problem.
 */
export async function registerWebApp(app: FastifyInstance, webRoot?: string): Promise<void> {
  if (webRoot !== undefined) {
    await app.register(fastifyStatic, {
      root: webRoot,
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Names in assets/ hold a hash of what is in them; the page itself must be asked for anew.
        const hashed = path.includes('/assets/');
        void reply.header(
          'cache-control',
          hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
        );
      },
    });
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const isView =
      (request.method === 'GET' || request.method === 'HEAD') &&
      !/^\/api(\/|$)/.test(path) &&
      extname(path) === '';
    if (isView && webRoot !== undefined) return reply.sendFile('index.html');
    return sendProblem(reply, new ApiError('not_found', 'There is nothing at this address.'));
  });
}
