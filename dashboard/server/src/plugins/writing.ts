import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Who may write: this server's own pages, and programs of this machine. A foreign page can send a request without
 * being allowed to read the answer; its browser then names where the page comes from. Bodies are JSON, which a form
 * can't send.
 */
export function registerWritingCheck(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request) => {
    if (readingMethods.has(request.method)) return;
    const { origin, 'sec-fetch-site': site = 'same-origin' } = request.headers;
    const own = `${request.protocol}://${request.host}`;
    if ((origin === undefined || origin === own) && site === 'same-origin') return;
    throw new ApiError('foreign_origin', 'Only pages of this server may change anything.');
  });
}
