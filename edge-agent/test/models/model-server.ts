import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { withTemporaryFolder } from './temporary-folder.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that gives these answers in turn, the last one again and again. */
export async function withServer(
  answers: readonly Answer[],
  use: (bench: { url: string; port: number; ranges: string[]; directory: string }) => Promise<void>,
): Promise<void> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)]!;
    ranges.push(request.headers.range ?? 'all');
    answer(request, response);
  });
  server.on('connect', (_request, socket) => {
    ranges.push('tunnel');
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) end.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  try {
    await withTemporaryFolder((directory) =>
      use({ url: `http://127.0.0.1:${port}/tiny.onnx`, port, ranges, directory }),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const text =
  (body: string): Answer =>
  (_request, response) =>
    response.end(body);
