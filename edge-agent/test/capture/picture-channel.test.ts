import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, Server, type Socket } from 'node:net';
import { afterEach, describe, it, mock } from 'node:test';
import { openPictureChannel, type ByteTarget } from '../../src/capture/picture-channel.ts';
import { until } from '../until.ts';

/** One piece of memory, filled from its beginning. */
class Memory implements ByteTarget {
  readonly bytes: Uint8Array;
  count = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  space(): Uint8Array {
    return this.bytes.subarray(this.count);
  }

  filled(count: number): void {
    this.count += count;
  }
}

describe('openPictureChannel', () => {
  const sockets: Socket[] = [];
  afterEach(() => {
    mock.restoreAll();
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  it('puts what a child process writes into the memory it was given, and nothing else', async () => {
    const written = 1_000_000;
    const memory = new Memory(written + 1);
    const { reader, writer } = await openPictureChannel(memory);
    sockets.push(reader);
    const program = `process.stdout.write(new Uint8Array(${written}).map((_, at) => at % 251))`;
    const child = spawn(process.execPath, ['-e', program], {
      stdio: ['ignore', writer, 'inherit'],
    });
    writer.destroy();
    await Promise.all([once(child, 'exit'), once(reader, 'close')]);
    assert.equal(memory.count, written);
    assert.ok(memory.bytes.every((byte, at) => at === written || byte === at % 251));
  });

  it('is not taken by somebody else who found its address', async () => {
    const { listen } = Server.prototype;
    mock.method(Server.prototype, 'listen', function (this: Server, address: string) {
      const server = listen.call<Server, [string], Server>(this, address);
      // The first in the queue.
      sockets.push(connect(address).on('error', () => undefined));
      sockets[0]!.write('any guess of the secret that there is');
      return server;
    });
    const memory = new Memory(10);
    await assert.rejects(openPictureChannel(memory), { code: 'foreign_connection' });
    await until(() => sockets[0]!.destroyed);
    assert.equal(memory.count, 0);
  });
});
