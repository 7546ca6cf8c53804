import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { CodedError } from '@emotion-fleet/service';

/**
 * Below the range from which Linux (32768 on) and macOS (49152 on) take the ports of outgoing connections: a
 * server that is killed must find its port still free when it starts again.
 */
const range = { from: 20_000, to: 32_000 };

/** Free loopback ports, all different. `pick` chooses a number from `from` up to, not including, `to`. */
export async function freePorts(count: number, pick = randomInt): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; attempt < 1_000 && found.size < count; attempt++) {
    const port = pick(range.from, range.to);
    if (await isFree(port)) found.add(port);
  }
  if (found.size < count) throw new CodedError('no_free_port', 'no free loopback port was found');
  return [...found];
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    );
  });
}
