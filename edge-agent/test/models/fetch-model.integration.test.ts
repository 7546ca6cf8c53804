import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fetchModel } from '../../models/fetch-model.ts';
import { text, withServer, type Answer } from './model-server.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

const content = Buffer.from(Uint8Array.from({ length: 50_000 }, (_, index) => (index * 31) % 256));
const sha256 = createHash('sha256').update(content).digest('hex');
const model = { file: 'tiny.onnx', bytes: content.length, sha256 };

const whole: Answer = (_request, response) => response.end(content);
const refusing =
  (status: number): Answer =>
  (_request, response) =>
    response.writeHead(status).end('no');
/** Gives 20,000 bytes, and no more. */
const stops: Answer = (_request, response) => {
  response.setHeader('content-length', content.length);
  response.write(content.subarray(0, 20_000));
};
/** A load that stops for good after 20,000 bytes. */
async function breakOff(options: { url: string; directory: string }): Promise<void> {
  await assert.rejects(fetchModel({ model, ...options, silentMs: 1_000 }), {
    code: 'model_unreachable',
    message: /can't be loaded/,
  });
  assert.equal((await stat(path.join(options.directory, 'tiny.onnx.part'))).size, 20_000);
}

const rest: Answer = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(206, {
    'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
  });
  response.end(content.subarray(from));
};

describe('fetchModel', () => {
  it('loads a file, checks it, and leaves nothing else behind', async () => {
    await withServer([whole], async ({ url, directory, ranges }) => {
      const fetched = await fetchModel({ model, url, directory });
      assert.equal(fetched.state, 'fetched');
      assert.deepEqual(await readFile(fetched.path), content);
      assert.deepEqual(await readdir(directory), ['tiny.onnx']);
      assert.equal((await fetchModel({ model, url, directory })).state, 'present');
      assert.deepEqual(ranges, ['all']);
    });
  });

  it('goes on where a broken connection left off', async () => {
    await withServer([stops, rest], async ({ url, directory, ranges }) => {
      await breakOff({ url, directory });
      const { path: file } = await fetchModel({ model, url, directory });
      assert.deepEqual(await readFile(file), content);
      assert.deepEqual(ranges, ['all', 'bytes=20000-']);
    });
  });

  it('keeps what it has where a server is busy or fails, and goes on once it answers', async () => {
    const statuses = [503, 429, 404];
    await withServer(
      [stops, ...statuses.map(refusing), rest],
      async ({ url, directory, ranges }) => {
        await breakOff({ url, directory });
        for (const status of statuses) {
          const message = new RegExp(`answered ${status}`);
          await assert.rejects(fetchModel({ model, url, directory }), { message });
        }
        const { path: file } = await fetchModel({ model, url, directory });
        assert.deepEqual(await readFile(file), content);
        assert.deepEqual(ranges, ['all', ...Array<string>(4).fill('bytes=20000-')]);
      },
    );
  });

  it('begins anew after a range that can not be had, or another one than was asked for', async () => {
    const other: Answer = (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 10-20/${content.length}` });
      response.end(content.subarray(10, 21));
    };
    for (const answer of [refusing(416), other]) {
      await withServer([stops, answer, whole], async ({ url, directory, ranges }) => {
        await breakOff({ url, directory });
        await assert.rejects(fetchModel({ model, url, directory }), { code: 'model_unreachable' });
        await fetchModel({ model, url, directory });
        assert.deepEqual(ranges, ['all', 'bytes=20000-', 'all']);
      });
    }
  });

  it('loads the whole file again where what it went on from was another one, or was torn', async () => {
    const first = Buffer.from(content).fill(9, 0, 20_000);
    await withServer([stops, rest, whole], async ({ url, directory, ranges }) => {
      await breakOff({ url, directory });
      for (const had of [first.subarray(0, 20_000), Buffer.alloc(content.length)]) {
        ranges.length = 1;
        await writeFile(path.join(directory, 'tiny.onnx.part'), had);
        const { path: file } = await fetchModel({ model, url, directory });
        assert.deepEqual(await readFile(file), content);
        assert.equal(ranges.at(-1), 'all');
        await rm(file);
      }
    });
  });

  it('refuses what the server has now, not what it had when the load broke off', async () => {
    const changed: Answer = (_request, response) => response.end(Buffer.alloc(content.length));
    await withServer([stops, rest, changed], async ({ url, directory, ranges }) => {
      await breakOff({ url, directory });
      await writeFile(path.join(directory, 'tiny.onnx.part'), Buffer.alloc(20_000));
      const code = { code: 'model_sha256_mismatch' };
      await assert.rejects(fetchModel({ model, url, directory }), code);
      assert.deepEqual(ranges, ['all', 'bytes=20000-', 'all']);
      assert.deepEqual(await readdir(directory), []);
    });
  });

  it('goes on with the next call where a server gives less than it was asked for', async () => {
    const some: Answer = (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 20000-29999/${content.length}` });
      response.end(content.subarray(20_000, 30_000));
    };
    await withServer([stops, some, rest], async ({ url, directory, ranges }) => {
      await breakOff({ url, directory });
      await assert.rejects(fetchModel({ model, url, directory }), {
        code: 'model_unreachable',
        message: /it ended after 30000 of 50000 bytes/,
      });
      const { path: file } = await fetchModel({ model, url, directory });
      assert.deepEqual(await readFile(file), content);
      assert.deepEqual(ranges, ['all', 'bytes=20000-', 'bytes=30000-']);
    });
  });

  it('waits for a server that is slow, as long as it says something', async () => {
    const slow: Answer = (_request, response) => {
      let sent = 0;
      const timer = setInterval(() => {
        response.write(content.subarray(sent, (sent += 5_000)));
        if (sent >= content.length) clearInterval(timer);
        if (sent >= content.length) response.end();
      }, 150);
      response.on('close', () => clearInterval(timer));
    };
    await withServer([slow], async ({ url, directory }) => {
      assert.equal((await fetchModel({ model, url, directory, silentMs: 1_000 })).state, 'fetched');
    });
  });

  it('gives a server up that sends a byte now and then', async () => {
    const drips: Answer = (_request, response) => {
      response.setHeader('content-length', content.length);
      const timer = setInterval(() => response.write('.'), 50);
      response.on('close', () => clearInterval(timer));
    };
    await withServer([drips], async ({ url, directory }) => {
      const loading = fetchModel({ model, url, directory, silentMs: 500 });
      await assert.rejects(loading, {
        code: 'model_unreachable',
        message: /the server sends hardly anything/,
      });
    });
  });

  it('begins anew where the server knows no ranges', async () => {
    await withServer([stops, whole], async ({ url, directory }) => {
      await breakOff({ url, directory });
      const { path: file } = await fetchModel({ model, url, directory });
      assert.deepEqual(await readFile(file), content);
    });
  });

  it('loads a damaged file again', async () => {
    await withServer([whole], async ({ url, directory }) => {
      await writeFile(path.join(directory, 'tiny.onnx'), 'damaged');
      assert.equal((await fetchModel({ model, url, directory })).state, 'fetched');
    });
  });

  it('names a Git LFS pointer, and keeps nothing of it', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 50000\n`;
    await withServer([text(pointer)], async ({ url, directory }) => {
      await assert.rejects(fetchModel({ model, url, directory }), {
        code: 'model_lfs_pointer',
        message: /Git LFS pointer/,
      });
      assert.deepEqual(await readdir(directory), []);
    });
  });

  it('refuses another file: a page, a changed one, an endless one', async () => {
    const changed = Buffer.from(content).fill(0, 0, 1);
    const endless: Answer = (_request, response) => {
      const more = () => response.write(content) && setImmediate(more);
      response.on('drain', more);
      more();
    };
    for (const answer of [
      text('<html>Please log in</html>'),
      (_request: IncomingMessage, response: ServerResponse) => response.end(changed.fill(7, 9, 10)),
      endless,
    ]) {
      await withServer([answer], async ({ url, directory }) => {
        await assert.rejects(fetchModel({ model, url, directory }), {
          code: 'model_sha256_mismatch',
        });
        assert.deepEqual(await readdir(directory), []);
      });
    }
  });

  it('goes on where an HTTP/1.0 server closed early, however slow the disk is', async () => {
    // More than the buffers between a socket and a file take: the reader is behind when the server closes.
    const large = Buffer.alloc(8_000_000, 3);
    const pinned = {
      file: 'large.onnx',
      bytes: large.length,
      sha256: createHash('sha256').update(large).digest('hex'),
    };
    let requests = 0;
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (request) => {
        requests += 1;
        const from = Number(/bytes=(\d+)-/.exec(String(request))?.[1] ?? 0);
        const range = `content-range: bytes ${from}-${large.length - 1}/${large.length}\r\n`;
        socket.write(`HTTP/1.0 ${from > 0 ? `206 Part\r\n${range}` : '200 OK\r\n'}\r\n`);
        socket.end(large.subarray(from, requests === 1 ? 5_000_000 : large.length));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/large.onnx`;
    await withTemporaryFolder(async (directory) => {
      await assert.rejects(fetchModel({ model: pinned, url, directory }), {
        code: 'model_unreachable',
        message: /it ended after 5000000 of 8000000 bytes/,
      });
      const { path: file } = await fetchModel({ model: pinned, url, directory });
      assert.ok((await readFile(file)).equals(large));
    });
    server.close();
  });

  it('follows redirects, but not in circles, nor to what is no web address', async () => {
    const to =
      (location: string): Answer =>
      (_request, response) =>
        response.writeHead(302, { location }).end();
    await withServer([to('/elsewhere'), whole], async ({ url, directory }) => {
      assert.equal((await fetchModel({ model, url, directory })).state, 'fetched');
    });
    for (const location of ['/tiny.onnx', 'file:///etc/passwd']) {
      await withServer([to(location)], async ({ url, directory }) => {
        const code = { code: 'model_unreachable' };
        await assert.rejects(fetchModel({ model, url, directory }), code);
      });
    }
  });

  it('says that the disk is full, or the folder no folder, and not that the server fails', async () => {
    await withServer([rest], async ({ url, directory }) => {
      const code = 'model_cache_unwritable';
      await symlink('/dev/full', path.join(directory, 'tiny.onnx.part'));
      const full = { code, message: /^The folder .* can't be written: the disk is full\.$/ };
      await assert.rejects(fetchModel({ model, url, directory }), full);
      await writeFile(path.join(directory, 'file'), '');
      const none = { code, message: /can't be written: (ENOTDIR|EEXIST)\.$/ };
      await assert.rejects(
        fetchModel({ model, url, directory: path.join(directory, 'file') }),
        none,
      );
    });
  });

  it('ends at once when it is told to', async () => {
    await withServer([stops], async ({ url, directory }) => {
      const abort = new AbortController();
      const loading = fetchModel({ model, url, directory, signal: abort.signal });
      abort.abort(new Error('another one is wanted'));
      await assert.rejects(loading, /another one is wanted/);
    });
  });

  it('says that a server refuses, is silent, or is not there', async () => {
    const refuses: Answer = (_request, response) => response.writeHead(404).end();
    await withServer([refuses], async ({ url, directory }) => {
      await assert.rejects(fetchModel({ model, url, directory }), { message: /it answered 404/ });
    });
    await withServer([() => undefined], async ({ url, directory }) => {
      const silent = fetchModel({ model, url, directory, silentMs: 20 });
      await assert.rejects(silent, { message: /the server says nothing/ });
    });
    await withTemporaryFolder(async (directory) => {
      const url = 'http://127.0.0.1:1/tiny.onnx';
      await assert.rejects(fetchModel({ model, url, directory }), { code: 'model_unreachable' });
    });
  });
});
