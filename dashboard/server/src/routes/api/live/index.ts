import type { ServerResponse } from 'node:http';
import { Type } from 'typebox';
import { LiveQuery } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { ApiError } from '../../../api-error.ts';
import type { LiveSink } from '../../../live/live-stream.ts';
import { problemAnswer } from '../problem-answer.ts';

export function registerLiveRoutes(app: ApiApp, { live, fleets }: ApiContext): void {
  app.get(
    '/live',
    {
      // The plugin's own refusal is no problem document.
      sse: 'manual',
      exposeHeadRoute: false,
      schema: {
        operationId: 'followLive',
        summary: 'Server-sent events: changed, status, and of one camera faces',
        tags: ['server'],
        querystring: LiveQuery,
        response: {
          200: {
            description: 'Events until either side ends',
            content: { 'text/event-stream': { schema: Type.String() } },
          },
          default: problemAnswer,
        },
      },
    },
    async ({ query: { deviceId }, headers }, reply) => {
      if (!acceptsEvents(headers.accept)) {
        throw new ApiError('not_acceptable', 'This address answers with text/event-stream only.');
      }
      if (deviceId !== undefined) (await fleets.load()).requireDevice(deviceId);
      const stream = live.join(
        sinkOf(reply.raw, () => reply.sse.close()),
        deviceId,
      );
      reply.sse.onClose(() => live.leave(stream));
      reply.sse.keepAlive();
      reply.sse.sendHeaders();
      // Tells the client at once that the stream stands, and how soon to come back after a break.
      reply.raw.write('retry: 2000\n\n');
    },
  );
}

/** Without a word about it anything is accepted. */
function acceptsEvents(accept = '*/*'): boolean {
  return /(^|[\s,])(text\/event-stream|text\/\*|\*\/\*)/.test(accept);
}

/** Writes without waiting: the hub looks at what is buffered instead, so that nothing else piles up. */
function sinkOf(response: ServerResponse, end: () => void): LiveSink {
  return {
    send: (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`),
    bufferedBytes: () => response.writableLength,
    close: (how) => {
      if (how === 'end') end();
      else response.destroy();
    },
  };
}
