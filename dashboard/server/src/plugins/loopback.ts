import type { FastifyInstance } from 'fastify';
import { OperatorError } from '@emotion-fleet/service';
import { ApiError } from '../api-error.ts';

const loopbackHosts = new Set(['127.0.0.1', 'localhost', '::1', '[::1]']);

/**
 * There are no accounts yet: nothing but this machine may be listened on.
 *
 * @throws OperatorError `not_loopback`
 */
export function checkLoopback(host: string): void {
  if (loopbackHosts.has(host)) return;
  throw new OperatorError(
    'not_loopback',
    `The dashboard has no login yet, so it only listens on 127.0.0.1, not on ${host}; reach it from elsewhere through an SSH tunnel.`,
  );
}

/**
 * Answers only to loopback names. Without a login the browser's same-origin rule is the only lock, and a page
 * whose name is made to resolve to 127.0.0.1 (DNS rebinding) would share our origin but for the name.
 */
export function registerHostCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (!loopbackHosts.has(request.hostname)) {
      throw new ApiError('foreign_host', 'Use http://localhost or http://127.0.0.1.');
    }
  });
}
